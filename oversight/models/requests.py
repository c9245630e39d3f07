from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Organisation
from branches.querysets import OrganisationRowQuerySet
from oversight.choices.requests import RequestCategory, RequestKind, RequestState
from oversight.querysets import OfficialRequestQuerySet


class OfficialRequest(models.Model):
    """
    A 请示 or a 报告 from an organisation to the one above it; read by these two alone. The clock of a request runs on
    the one that must answer (反向督办). ``workdays_taken`` is counted once, when it was answered or returned.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="报送单位")
    target = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="主送")
    kind = models.CharField("类别", max_length=8, choices=RequestKind)
    category = models.CharField("事项类别", max_length=16, choices=RequestCategory)
    matter = models.CharField("事项", max_length=120)
    summary = models.CharField("内容摘要", max_length=500, blank=True)
    number = models.CharField("文号", max_length=80, blank=True)
    sent_on = models.DateField("报送日期")
    due_on = models.DateField("答复期限", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=RequestState, default=RequestState.SENT)
    reply_number = models.CharField("批复文号", max_length=80, blank=True)
    reply = models.CharField("答复意见", max_length=1000, blank=True)
    answered_on = models.DateField("答复日期", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人"
    )
    workdays_taken = models.PositiveSmallIntegerField("答复用时（工作日）", null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="报送人")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = OfficialRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "请示报告"
        verbose_name_plural = "请示报告"
        constraints = [
            models.CheckConstraint(name="request_upwards", condition=~Q(organisation=F("target"))),
            models.CheckConstraint(
                name="request_term",
                condition=Q(kind="request", due_on__isnull=False, due_on__gte=F("sent_on"))
                | Q(kind="report", due_on=None),
                violation_error_message="请示须有答复期限，报告没有答复期限。",
            ),
            models.CheckConstraint(
                name="request_answered",
                condition=Q(answered_on=None, answered_by=None, workdays_taken=None, state__in=["sent", "withdrawn"])
                | Q(
                    answered_on__isnull=False,
                    answered_on__gte=F("sent_on"),
                    answered_by__isnull=False,
                    workdays_taken__isnull=False,
                    state__in=["replied", "returned", "done"],
                ),
            ),
            models.CheckConstraint(
                name="request_reply_written",
                condition=~Q(state__in=["replied", "returned"]) | ~Q(reply=""),
                violation_error_message="请写明答复意见。",
            ),
            models.CheckConstraint(
                name="request_answered_by_another",
                condition=Q(answered_by=None) | ~Q(answered_by=F("by")),
                violation_error_message="答复人不能是报送人本人。",
            ),
        ]
        indexes = [
            models.Index(name="request_recent", fields=["-sent_on", "-id"]),
            models.Index(name="request_waiting", fields=["target", "due_on"], condition=Q(state="sent")),
        ]

    def __str__(self) -> str:
        return self.matter


class RequestTerm(models.Model):
    """A setting: working days within which a request is answered, from a day on; the latest one holds."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="设定单位")
    workdays = models.PositiveSmallIntegerField("答复期限（工作日）")
    valid_from = models.DateField("起始日期")
    basis = models.CharField("依据", max_length=120)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="设定人")

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "答复期限"
        verbose_name_plural = "答复期限"
        ordering = ["-valid_from"]
        constraints = [
            models.UniqueConstraint(
                name="request_term_unique",
                fields=["organisation", "valid_from"],
                violation_error_message="这一天已经设定过答复期限。",
            ),
            models.CheckConstraint(name="request_term_range", condition=Q(workdays__gte=1, workdays__lte=60)),
        ]

    def __str__(self) -> str:
        return f"{self.workdays}个工作日（{self.valid_from} 起）"
