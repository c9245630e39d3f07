from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Organisation, Worklist
from oversight.choices.inspections import InspectionAudience, InspectionPlanState, InspectionState
from oversight.policy.inspections import burden
from oversight.querysets import (
    InspectionLimitQuerySet,
    InspectionPartQuerySet,
    InspectionPlanPartQuerySet,
    InspectionPlanQuerySet,
    InspectionQuerySet,
    InspectionSlotQuerySet,
)


class InspectionPlan(models.Model):
    """
    A year's plan of 督查检查考核 (N16), approved by somebody other than its author, with its numbers. What is added
    within the year is a further batch with an approval of its own. Read by everybody below.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="计划单位")
    year = models.PositiveSmallIntegerField("年度")
    batch = models.PositiveSmallIntegerField("批次", default=1)
    state = models.CharField("状态", max_length=10, choices=InspectionPlanState, default=InspectionPlanState.DRAFT)
    return_reason = models.CharField("退回原因", max_length=200, blank=True)
    document_number = models.CharField("批准文号", max_length=80, blank=True)
    filing_number = models.CharField("备案号", max_length=80, blank=True)
    approved_on = models.DateField("批准日期", null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="编制人")
    created_at = models.DateTimeField("编制时间", auto_now_add=True)

    objects = InspectionPlanQuerySet.as_manager()

    class Meta:
        verbose_name = "督查检查考核计划"
        verbose_name_plural = "督查检查考核计划"
        constraints = [
            models.UniqueConstraint(name="inspection_plan_unique", fields=["organisation", "year", "batch"]),
            models.CheckConstraint(name="inspection_plan_batch", condition=Q(batch__gte=1, year__gte=2000)),
            models.CheckConstraint(
                name="inspection_plan_approved",
                condition=~Q(state="approved") & Q(approved_on=None, approved_by=None)
                | Q(state="approved", approved_on__isnull=False, approved_by__isnull=False)
                & ~Q(document_number="")
                & ~Q(filing_number=""),
                violation_error_message="批准须写明批准文号、备案号和日期。",
            ),
            models.CheckConstraint(
                name="inspection_plan_second_person",
                condition=Q(approved_by=None) | ~Q(approved_by=F("by")),
                violation_error_message="编制人不能批准自己的计划。",
            ),
        ]
        indexes = [models.Index(name="inspection_plan_recent", fields=["-year", "-id"])]

    def __str__(self) -> str:
        return f"{self.organisation}{self.title}"

    @property
    def title(self) -> str:
        added = f"（追加第{self.batch - 1}批）" if self.batch > 1 else ""
        return f"{self.year}年督查检查考核计划{added}"


class InspectionEntry(models.Model):
    """One item of a plan: what, why, whom, how often, when, for how long, and what it costs those below."""

    plan = models.ForeignKey(InspectionPlan, models.CASCADE, related_name="entries", verbose_name="计划")
    title = models.CharField("事项名称", max_length=120)
    basis = models.CharField("依据", max_length=200)
    objects_text = models.CharField("对象", max_length=200)
    objects_count = models.PositiveSmallIntegerField("对象个数上限")
    times = models.PositiveSmallIntegerField("次数上限", default=1)
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("截止日期")
    days = models.PositiveSmallIntegerField("每次天数上限")
    minutes_each = models.PositiveSmallIntegerField("每个对象每次约用（分钟）")
    combined_with = models.CharField("与哪项合并开展", max_length=120, blank=True)

    objects = InspectionPlanPartQuerySet.as_manager()

    class Meta:
        verbose_name = "督查检查考核事项"
        verbose_name_plural = "督查检查考核事项"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="inspection_entry_unique",
                fields=["plan", "title"],
                violation_error_message="计划里已经有这个事项，同类事项应合并。",
            ),
            models.CheckConstraint(
                name="inspection_entry_limits",
                condition=Q(objects_count__gte=1, times__gte=1, times__lte=12, days__gte=1, days__lte=60),
                violation_error_message="对象个数、次数（1至12）和天数（1至60）须写明。",
            ),
            models.CheckConstraint(
                name="inspection_entry_dates",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="截止日期不能早于起始日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def burden(self) -> int:
        """Branch-minutes that the item costs those below, as planned."""
        return burden(self.objects_count, self.minutes_each, self.times)


class InspectionSlot(models.Model):
    """
    One inspection that an approved plan allows. Slots exist only for approved items, as many as their number, and an
    inspection cannot be stored without one: no row of the database can lie outside the plan (N16).
    """

    entry = models.ForeignKey(InspectionEntry, models.PROTECT, related_name="slots", verbose_name="事项")
    number = models.PositiveSmallIntegerField("第几次")

    objects = InspectionSlotQuerySet.as_manager()

    class Meta:
        verbose_name = "督查检查考核次数"
        verbose_name_plural = "督查检查考核次数"
        constraints = [
            models.UniqueConstraint(name="inspection_slot_unique", fields=["entry", "number"]),
            models.CheckConstraint(name="inspection_slot_number", condition=Q(number__gte=1, number__lte=12)),
        ]

    def __str__(self) -> str:
        return f"{self.entry} 第{self.number}次"


class Inspection(models.Model):
    """An inspection within the plan. It asks for no material: ``records`` names what it reads in the portal."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="实施单位")
    slot = models.ForeignKey(InspectionSlot, models.PROTECT, related_name="inspections", verbose_name="计划事项")
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("截止日期")
    records = models.JSONField("查阅的平台记录", default=list, blank=True)
    state = models.CharField("状态", max_length=10, choices=InspectionState, default=InspectionState.OPEN)
    result = models.CharField("结果", max_length=1000, blank=True)
    worklist = models.OneToOneField(Worklist, models.PROTECT, related_name="+", verbose_name="项目清单")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = "督查检查考核"
        verbose_name_plural = "督查检查考核"
        constraints = [
            models.UniqueConstraint(
                name="inspection_one_a_slot",
                fields=["slot"],
                condition=~Q(state="cancelled"),
                violation_error_message="计划内的次数已用完。",
            ),
            models.CheckConstraint(
                name="inspection_dates",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="截止日期不能早于起始日期。",
            ),
            models.CheckConstraint(
                name="inspection_closed_written",
                condition=Q(state="open") | ~Q(result=""),
                violation_error_message="请写明结果或取消的原因。",
            ),
        ]
        indexes = [models.Index(name="inspection_recent", fields=["-starts_on", "-id"])]

    def __str__(self) -> str:
        return f"{self.slot} {self.starts_on}"


class InspectionTarget(models.Model):
    """Who is inspected."""

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="targets", verbose_name="督查检查考核")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="被查单位")

    objects = InspectionPartQuerySet.as_manager()

    class Meta:
        verbose_name = "被查单位"
        verbose_name_plural = "被查单位"
        constraints = [
            models.UniqueConstraint(name="inspection_target_unique", fields=["inspection", "organisation"]),
        ]

    def __str__(self) -> str:
        return str(self.organisation)


class InspectionLimit(models.Model):
    """A setting of the committee: how many items the plans of one organisation may have in a year."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="设定单位")
    audience = models.CharField("适用于", max_length=16, choices=InspectionAudience)
    year = models.PositiveSmallIntegerField("年度")
    limit = models.PositiveSmallIntegerField("事项数上限")
    document = models.CharField("依据", max_length=120)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="设定人")

    objects = InspectionLimitQuerySet.as_manager()

    class Meta:
        verbose_name = "督查检查考核限额"
        verbose_name_plural = "督查检查考核限额"
        ordering = ["-year", "audience"]
        constraints = [
            models.UniqueConstraint(name="inspection_limit_unique", fields=["audience", "year"]),
        ]

    def __str__(self) -> str:
        return f"{self.year}年{self.get_audience_display()}{self.limit}项"
