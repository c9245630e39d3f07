from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.choices import MeetingKind, PlanState
from branches.models.meetings import Meeting
from branches.models.organisations import Organisation
from branches.querysets import OrganisationRowQuerySet


class MeetingPlan(models.Model):
    """A meeting to come. It closes when the log written from it is submitted, or when it is cancelled."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="plans", db_index=False, verbose_name="党支部"
    )
    group = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="党小组"
    )
    kind = models.CharField("会议类型", max_length=20, choices=MeetingKind)
    title = models.CharField("主题", max_length=120)
    planned_on = models.DateField("计划日期")
    starts_at = models.TimeField("开始时间", null=True, blank=True)
    place = models.CharField("地点", max_length=80, blank=True)
    agenda = models.TextField("议题", blank=True, max_length=5000)
    state = models.CharField("状态", max_length=12, choices=PlanState, default=PlanState.PLANNED)
    meeting = models.OneToOneField(
        Meeting, models.PROTECT, null=True, blank=True, related_name="plan", verbose_name="会议记录"
    )
    reason = models.CharField("取消原因", max_length=200, blank=True)
    revision = models.PositiveIntegerField("修订号", default=1, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填写人")
    created_at = models.DateTimeField("填写时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "会议计划"
        verbose_name_plural = "会议计划"
        constraints = [
            models.CheckConstraint(
                name="plan_done_has_log",
                condition=Q(state="done", meeting__isnull=False) | (~Q(state="done") & Q(meeting=None)),
                violation_error_message="已记录的计划须有会议记录。",
            ),
            models.CheckConstraint(
                name="plan_cancelled_with_reason",
                condition=~Q(state="cancelled") | ~Q(reason=""),
                violation_error_message="取消须写明原因。",
            ),
            models.CheckConstraint(
                name="plan_group_has_group",
                condition=~Q(kind="group_meeting") | Q(group__isnull=False),
                violation_error_message="党小组会须选定党小组。",
            ),
        ]
        indexes = [
            models.Index(name="plan_branch_days", fields=["organisation", "state", "planned_on"]),
            models.Index(name="plan_recent", fields=["-planned_on", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.planned_on} {self.title}"


class AgendaTemplate(models.Model):
    """A branch's own agenda for a kind of meeting; where it has none, the one that the portal ships is offered."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="agenda_templates", db_index=False, verbose_name="党支部"
    )
    kind = models.CharField("会议类型", max_length=20, choices=MeetingKind)
    text = models.TextField("议题", max_length=2000, help_text="每行一个议题")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填写人")
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "议程模板"
        verbose_name_plural = "议程模板"
        constraints = [
            models.UniqueConstraint(name="agenda_template_unique", fields=["organisation", "kind"]),
            models.CheckConstraint(name="agenda_template_text", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
