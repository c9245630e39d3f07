from __future__ import annotations

from datetime import date

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q

from branches.models import Organisation
from branches.validators import validate_plain_text
from core.periods import Freq, Period, period_of
from discipline.choices import Audience, ConferenceState
from discipline.models.circulars import Circular
from discipline.querysets import ConferenceQuerySet


class WarningConference(models.Model):
    """
    A 警示教育大会 of the city or of a unit (domain.md §10): planned, then held. Its quarter is that of its day and is
    not asked. Attendance is three counts; nobody is listed. ``follow_up``: what units and branches must do afterwards.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="warning_conferences", verbose_name="主办党组织"
    )
    theme = models.CharField("主题", max_length=80, validators=[validate_plain_text])
    planned_on = models.DateField("计划日期")
    place = models.CharField("地点", max_length=80, blank=True)
    agenda = models.TextField(
        "议程", max_length=2000, validators=[MaxLengthValidator(2000)], blank=True, help_text="每行一项"
    )
    films = models.TextField(
        "警示教育片", max_length=500, validators=[MaxLengthValidator(500)], blank=True, help_text="每行一部，只写片名"
    )
    circulars = models.ManyToManyField(Circular, related_name="conferences", blank=True, verbose_name="通报材料")
    audience = models.CharField("参会范围", max_length=8, choices=Audience, default=Audience.ALL)
    units = models.ManyToManyField(Organisation, related_name="+", blank=True, verbose_name="参会单位")
    state = models.CharField("状态", max_length=10, choices=ConferenceState, default=ConferenceState.PLANNED)
    held_on = models.DateField("召开日期", null=True, blank=True)
    expected = models.PositiveIntegerField("应到人数", null=True, blank=True)
    present = models.PositiveIntegerField("实到人数", null=True, blank=True)
    on_leave = models.PositiveIntegerField("请假人数", null=True, blank=True)
    speaker = models.CharField("主讲人", max_length=40, blank=True, help_text="授课或讲话的人")
    cases_told = models.PositiveSmallIntegerField("通报案例数", null=True, blank=True)
    follow_up = models.TextField("会后要求", max_length=500, validators=[MaxLengthValidator(500)], blank=True)
    follow_up_due_on = models.DateField("落实时限", null=True, blank=True)
    follow_up_units = models.BooleanField("单位落实", default=False)
    follow_up_branches = models.BooleanField("党支部落实", default=False)
    cancel_reason = models.CharField("取消原因", max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    objects = ConferenceQuerySet.as_manager()

    class Meta:
        verbose_name = "警示教育大会"
        verbose_name_plural = "警示教育大会"
        constraints = [
            models.CheckConstraint(
                name="conference_held_in_full",
                condition=~Q(state="held")
                | Q(
                    held_on__isnull=False, expected__isnull=False, present__isnull=False, on_leave__isnull=False,
                    cases_told__isnull=False,
                ),
                violation_error_message="已召开的大会须有召开日期、应到、实到、请假人数和通报案例数。",
            ),
            models.CheckConstraint(
                name="conference_unheld_has_no_day",
                condition=Q(state="held") | Q(held_on=None),
                violation_error_message="没有召开的大会没有召开日期。",
            ),
            models.CheckConstraint(
                name="conference_attendance",
                condition=Q(expected=None) | Q(expected__gte=F("present") + F("on_leave")),
                violation_error_message="实到与请假人数之和不能多于应到人数。",
            ),
            models.CheckConstraint(
                name="conference_cancelled_with_reason",
                condition=~Q(state="cancelled") | ~Q(cancel_reason=""),
                violation_error_message="取消须写明原因。",
            ),
            models.CheckConstraint(
                name="conference_follow_up_in_full",
                condition=Q(follow_up="", follow_up_due_on=None, follow_up_units=False, follow_up_branches=False)
                | (
                    ~Q(follow_up="")
                    & Q(follow_up_due_on__isnull=False, state="held")
                    & (Q(follow_up_units=True) | Q(follow_up_branches=True))
                ),
                violation_error_message="会后要求须写明内容、时限和由谁落实。",
            ),
            models.CheckConstraint(
                name="conference_follow_up_after",
                condition=Q(follow_up_due_on=None) | Q(follow_up_due_on__gte=F("held_on")),
                violation_error_message="落实时限不能早于召开日期。",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(name="conference_recent", fields=["-planned_on", "-id"]),
            models.Index(name="conference_held", fields=["organisation", "held_on"]),
        ]

    def __str__(self) -> str:
        return self.theme

    @property
    def day(self) -> date:
        """The day that it took place, or is planned for."""
        return self.held_on or self.planned_on

    @property
    def period(self) -> Period:
        return period_of(self.day, Freq.QUARTER)
