from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.choices import AppraisalGrade, AppraisalState
from branches.models.meetings import Meeting
from branches.models.members import Member
from branches.models.organisations import Organisation
from branches.querysets import AppraisalMarkQuerySet, OrganisationRowQuerySet


class Appraisal(models.Model):
    """
    民主评议党员 of one branch in one year: the grades beside its log (domain.md §1.6). The count of members is that of
    the day of the meeting, taken when finished.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="appraisals", db_index=False, verbose_name="党支部"
    )
    year = models.PositiveSmallIntegerField("年度")
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="appraisals", verbose_name="会议记录")
    state = models.CharField("状态", max_length=12, choices=AppraisalState, default=AppraisalState.OPEN)
    members = models.PositiveSmallIntegerField("党员总数", default=0)
    excellent = models.PositiveSmallIntegerField("优秀", default=0)
    qualified = models.PositiveSmallIntegerField("合格", default=0)
    basic = models.PositiveSmallIntegerField("基本合格", default=0)
    unqualified = models.PositiveSmallIntegerField("不合格", default=0)
    revision = models.PositiveIntegerField("版本", default=1, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "民主评议"
        verbose_name_plural = "民主评议"
        constraints = [
            models.UniqueConstraint(
                name="appraisal_unique",
                fields=["organisation", "year"],
                violation_error_message="这一年度的民主评议已经登记。",
            ),
            models.CheckConstraint(
                name="appraisal_excellent_third",
                condition=~Q(state="finished") | Q(members__gte=F("excellent") * 3),
                violation_error_message="优秀不能超过党员总数的三分之一。",
            ),
            models.CheckConstraint(
                name="appraisal_finished_at",
                condition=Q(state="finished", finished_at__isnull=False) | Q(state="open", finished_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.year}年民主评议"


class AppraisalMark(models.Model):
    """One full member's grade."""

    appraisal = models.ForeignKey(Appraisal, models.CASCADE, related_name="marks", db_index=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="appraisal_marks", verbose_name="党员")
    grade = models.CharField("等次", max_length=12, choices=AppraisalGrade)

    objects = AppraisalMarkQuerySet.as_manager()

    class Meta:
        verbose_name = "民主评议等次"
        verbose_name_plural = "民主评议等次"
        constraints = [
            models.UniqueConstraint(name="appraisal_mark_unique", fields=["appraisal", "member"]),
            models.CheckConstraint(name="appraisal_mark_grade", condition=Q(grade__in=AppraisalGrade.values)),
        ]

    def __str__(self) -> str:
        return self.get_grade_display()
