from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Organisation
from branches.querysets import OrganisationRowQuerySet
from oversight.choices.filings import FilingKind, FilingOutcome, FilingState
from oversight.policy.filings import days_late
from oversight.querysets import FilingReviewQuerySet

_MATERIALS = ("report_ref", "text_ref", "note_ref")


class Filing(models.Model):
    """
    A document that a unit issued, and its 备案 (domain.md §11, R21). What is not to be filed is closed with its ground.
    The three materials are references to existing papers, never uploads that somebody must make (N5).
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="制定单位")
    name = models.CharField("文件名称", max_length=200)
    number = models.CharField("文号", max_length=80)
    issued_on = models.DateField("发布日期")
    joint_issuers = models.CharField("联合制定机关", max_length=200, blank=True)
    kind = models.CharField("是否应备", max_length=12, choices=FilingKind)
    state = models.CharField("状态", max_length=12, choices=FilingState, default=FilingState.PENDING)
    due_on = models.DateField("报备期限")
    filed_on = models.DateField("报备日期", null=True, blank=True)
    report_ref = models.CharField("备案报告", max_length=120, blank=True)
    text_ref = models.CharField("正式文本", max_length=120, blank=True)
    note_ref = models.CharField("备案说明", max_length=120, blank=True)
    return_reason = models.CharField("退回补正原因", max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="报备人"
    )
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "规范性文件备案"
        verbose_name_plural = "规范性文件备案"
        constraints = [
            models.UniqueConstraint(
                name="filing_number_unique",
                fields=["organisation", "number"],
                violation_error_message="这个文号已经登记过。",
            ),
            models.CheckConstraint(
                name="filing_exempt_has_ground",
                condition=Q(kind="due") & ~Q(state="exempt") | ~Q(kind="due") & Q(state="exempt"),
                violation_error_message="不需备案的须写明属于哪一种情形。",
            ),
            models.CheckConstraint(name="filing_due_after_issue", condition=Q(due_on__gt=F("issued_on"))),
            models.CheckConstraint(
                name="filing_filed_complete",
                condition=Q(filed_on=None, filed_by=None, state__in=["pending", "exempt"])
                | Q(filed_on__isnull=False, filed_on__gte=F("issued_on"), filed_by__isnull=False)
                & ~Q(state__in=["pending", "exempt"])
                & ~Q(report_ref="")
                & ~Q(text_ref="")
                & ~Q(note_ref=""),
                violation_error_message="报备须写明备案报告、正式文本和备案说明。",
            ),
        ]
        indexes = [
            models.Index(name="filing_recent", fields=["-issued_on", "-id"]),
            models.Index(name="filing_by_state", fields=["state", "due_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.number}）"

    def late_on(self, today: date) -> int:
        """Days that it was filed late, or is late by ``today``; 0 for what needs no filing."""
        return 0 if self.state == FilingState.EXEMPT else days_late(self.due_on, self.filed_on or today)


class FilingReview(models.Model):
    """One round of review: received, decided by somebody other than who filed it; a refusal asks for correction."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="reviews", verbose_name="备案")
    round = models.PositiveSmallIntegerField("第几次审查")
    received_on = models.DateField("接收日期")
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="接收人")
    due_on = models.DateField("审查期限")
    extension_reason = models.CharField("延长原因", max_length=200, blank=True)
    outcome = models.CharField("审查结果", max_length=8, choices=FilingOutcome, blank=True)
    opinion = models.CharField("审查意见", max_length=1000, blank=True)
    decided_on = models.DateField("审查日期", null=True, blank=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审查人"
    )
    correct_by = models.DateField("纠正期限", null=True, blank=True)
    corrected_on = models.DateField("纠正日期", null=True, blank=True)
    correction = models.CharField("纠正情况", max_length=500, blank=True)

    objects = FilingReviewQuerySet.as_manager()

    class Meta:
        verbose_name = "备案审查"
        verbose_name_plural = "备案审查"
        ordering = ["round"]
        constraints = [
            models.UniqueConstraint(name="filing_review_round_unique", fields=["filing", "round"]),
            models.UniqueConstraint(
                name="filing_review_one_open",
                fields=["filing"],
                condition=Q(outcome=""),
                violation_error_message="这个备案已在审查。",
            ),
            models.CheckConstraint(
                name="filing_review_decided",
                condition=Q(outcome="", decided_on=None, reviewer=None)
                | ~Q(outcome="")
                & Q(decided_on__isnull=False, decided_on__gte=F("received_on"), reviewer__isnull=False)
                & ~Q(opinion=""),
                violation_error_message="审查须写明意见和日期。",
            ),
            models.CheckConstraint(
                name="filing_review_correction",
                condition=Q(outcome="refuse", correct_by__isnull=False, correct_by__gt=F("decided_on"))
                | ~Q(outcome="refuse") & Q(correct_by=None),
                violation_error_message="不予通过的须写明纠正期限。",
            ),
            models.CheckConstraint(
                name="filing_review_corrected",
                condition=Q(corrected_on=None, correction="")
                | Q(outcome="refuse", corrected_on__isnull=False, corrected_on__gte=F("decided_on"))
                & ~Q(correction=""),
            ),
            models.CheckConstraint(name="filing_review_due", condition=Q(due_on__gt=F("received_on"))),
        ]

    def __str__(self) -> str:
        return f"{self.filing} 第{self.round}次审查"

    @property
    def subject(self) -> str:
        """What its obligations are called (branches/policy/deadlines.py)."""
        return f"filing_review:{self.filing_id}.{self.round}"
