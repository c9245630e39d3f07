from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.choices import (
    DuesBaseState,
    DuesImportKind,
    DuesPayer,
    DuesPaymentKind,
    DuesReliefKind,
    DuesReliefReason,
    DuesReliefState,
)
from branches.models.members import Member
from branches.models.organisations import Organisation
from branches.querysets import DuesPaymentQuerySet, MemberRowQuerySet, OrganisationRowQuerySet

MONTH = Q(month__gte=1, month__lte=12)


def money(title: str, **options: Any) -> models.DecimalField:
    """Yuan."""
    return models.DecimalField(title, max_digits=12, decimal_places=2, **options)


class DuesRule(models.Model):
    """How one category of payers pays from a day on (R20; domain.md §6)."""

    payer = models.CharField("人员类别", max_length=12, choices=DuesPayer)
    base_title = models.CharField("计算基数", max_length=120)
    source = models.CharField("依据", max_length=120)
    article = models.CharField("条款", max_length=40)
    label = models.CharField("性质", max_length=20, default="规定要求")
    lowest = money("每月最低数额", null=True, blank=True)
    highest = money("每月最高数额", null=True, blank=True)
    valid_from = models.DateField("施行日期")
    valid_until = models.DateField("失效日期", null=True, blank=True)

    objects = models.Manager()

    class Meta:
        verbose_name = "党费标准"
        verbose_name_plural = "党费标准"
        ordering = ["valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(name="dues_rule_dated", fields=["payer", "valid_from"]),
            models.CheckConstraint(
                name="dues_rule_dates", condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from"))
            ),
            models.CheckConstraint(
                name="dues_rule_amounts",
                condition=Q(lowest=None, highest=None) | Q(lowest__gt=0, highest__gte=F("lowest")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_payer_display()}（{self.valid_from} 起）"


class DuesBand(models.Model):
    """A band of a rule: up to and including ``up_to`` yuan, the rate on the whole base."""

    rule = models.ForeignKey(DuesRule, models.CASCADE, related_name="bands", db_index=False, verbose_name="党费标准")
    up_to = money("基数不超过", null=True, blank=True)
    rate = models.DecimalField("比例", max_digits=5, decimal_places=4)

    class Meta:
        verbose_name = "党费比例"
        verbose_name_plural = "党费比例"
        constraints = [
            models.UniqueConstraint(name="dues_band_unique", fields=["rule", "up_to"]),
            models.UniqueConstraint(name="dues_band_one_open", fields=["rule"], condition=Q(up_to=None)),
            models.CheckConstraint(name="dues_band_rate", condition=Q(rate__gt=0, rate__lt=1)),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.up_to} {self.rate}"


class DuesBase(models.Model):
    """
    What a member's due is computed from, from a month of a year on: an entered and approved number, never payroll. An
    approved one is not edited; a change is a row of its own with its month and reason.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="dues_bases", db_index=False, verbose_name="党支部"
    )
    member = models.ForeignKey(Member, models.PROTECT, related_name="dues_bases", db_index=False, verbose_name="党员")
    year = models.PositiveSmallIntegerField("年份")
    from_month = models.PositiveSmallIntegerField("起始月份", default=1)
    rule = models.ForeignKey(DuesRule, models.PROTECT, related_name="+", verbose_name="党费标准")
    payer = models.CharField("人员类别", max_length=12, choices=DuesPayer)
    base = money("计算基数")
    rate = models.DecimalField("比例", max_digits=5, decimal_places=4, null=True, blank=True)
    monthly = money("月应交")
    state = models.CharField("状态", max_length=12, choices=DuesBaseState, default=DuesBaseState.DRAFT)
    reason = models.CharField("调整原因", max_length=100, blank=True)
    note = models.CharField("退回说明", max_length=100, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填报人")
    entered_at = models.DateTimeField("填报时间", auto_now=True)
    approved_on = models.DateField("核定日期", null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核定人"
    )

    objects = MemberRowQuerySet.as_manager()

    class Meta:
        verbose_name = "党费计算基数"
        verbose_name_plural = "党费计算基数"
        constraints = [
            models.UniqueConstraint(
                name="dues_base_one_open",
                fields=["member", "year", "from_month"],
                condition=~Q(state="approved"),
                violation_error_message="这名党员同一月份已有一份未核定的基数。",
            ),
            models.CheckConstraint(
                name="dues_base_month",
                condition=Q(from_month__gte=1, from_month__lte=12),
                violation_error_message="月份应为1至12。",
            ),
            models.CheckConstraint(
                name="dues_base_amounts",
                condition=Q(base__gte=0, monthly__gte=0),
                violation_error_message="数额不能小于0。",
            ),
            models.CheckConstraint(
                name="dues_base_approval",
                condition=Q(state="approved", approved_on__isnull=False, approved_by__isnull=False)
                | (~Q(state="approved") & Q(approved_on=None, approved_by=None)),
            ),
        ]
        indexes = [
            models.Index(name="dues_base_branch", fields=["organisation", "year", "state"]),
            models.Index(name="dues_base_member", fields=["member", "year", "from_month"]),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.year}年{self.from_month}月起"


class DuesRelief(models.Model):
    """少交 or 免交 within a year: the branch proposes, the superior approves. A category, no particulars."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="dues_reliefs", db_index=False, verbose_name="党支部"
    )
    member = models.ForeignKey(Member, models.PROTECT, related_name="dues_reliefs", db_index=False, verbose_name="党员")
    year = models.PositiveSmallIntegerField("年份")
    from_month = models.PositiveSmallIntegerField("起始月份")
    through_month = models.PositiveSmallIntegerField("截止月份")
    kind = models.CharField("方式", max_length=8, choices=DuesReliefKind)
    amount = money("减免后每月交纳", default=0)
    reason = models.CharField("事由类别", max_length=12, choices=DuesReliefReason)
    studied_on = models.DateField("支部研究日期")
    state = models.CharField("状态", max_length=12, choices=DuesReliefState, default=DuesReliefState.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人")
    proposed_at = models.DateTimeField("提出时间", auto_now_add=True)
    decided_on = models.DateField("批准日期", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )
    note = models.CharField("办理说明", max_length=100, blank=True)

    objects = MemberRowQuerySet.as_manager()

    class Meta:
        verbose_name = "党费减免"
        verbose_name_plural = "党费减免"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="dues_relief_months",
                condition=Q(from_month__gte=1, through_month__lte=12, through_month__gte=F("from_month")),
                violation_error_message="截止月份不能早于起始月份。",
            ),
            models.CheckConstraint(
                name="dues_relief_amount",
                condition=Q(kind="exempt", amount=0) | Q(kind="reduced", amount__gt=0),
                violation_error_message="少交的，请填写减免后每月交纳的数额；免交的不填。",
            ),
            models.CheckConstraint(
                name="dues_relief_decided",
                condition=Q(state="proposed", decided_on=None) | (~Q(state="proposed") & Q(decided_on__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(name="dues_relief_branch", fields=["organisation", "year", "state"]),
            models.Index(name="dues_relief_member", fields=["member", "year"]),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.year}年{self.from_month}至{self.through_month}月{self.get_kind_display()}"


class DuesPayment(models.Model):
    """
    Money received for a month, or given beyond it. Rows are added, never changed: a mistake is taken back by a row of
    the opposite amount with its reason, and sums are net.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="dues_payments", db_index=False, verbose_name="收缴党支部"
    )
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="dues_payments", db_index=False, verbose_name="党员"
    )
    year = models.PositiveSmallIntegerField("所属年份")
    month = models.PositiveSmallIntegerField("所属月份")
    kind = models.CharField("类别", max_length=8, choices=DuesPaymentKind, default=DuesPaymentKind.DUES)
    amount = money("金额")
    paid_on = models.DateField("交纳日期")
    is_back = models.BooleanField("补交", default=False)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversal", verbose_name="冲正的记录"
    )
    reason = models.CharField("冲正原因", max_length=100, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = DuesPaymentQuerySet.as_manager()

    class Meta:
        verbose_name = "党费交纳记录"
        verbose_name_plural = "党费交纳记录"
        ordering = ["-paid_on", "-pk"]
        constraints = [
            models.CheckConstraint(name="dues_payment_month", condition=MONTH),
            models.CheckConstraint(
                name="dues_payment_sign",
                condition=Q(reverses=None, amount__gt=0, reason="")
                | (Q(reverses__isnull=False, amount__lt=0) & ~Q(reason="")),
                violation_error_message="金额须大于0；冲正须写明原因。",
            ),
        ]
        indexes = [
            models.Index(name="dues_payment_branch", fields=["organisation", "-paid_on", "-id"]),
            models.Index(name="dues_payment_member", fields=["member", "year", "month"]),
            models.Index(name="dues_payment_recent", fields=["-paid_on", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.year}年{self.month}月 {self.amount}元"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("payments are never changed: reverse them")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("payments are never deleted: reverse them")

    @property
    def is_undone(self) -> bool:
        """Whether it was taken back; select ``reversal`` with it to ask no query."""
        return hasattr(self, "reversal")


class DuesMonth(models.Model):
    """
    One member, one month: what is due and what came in. A summary of bases, reliefs, stays and payments, rewritten in
    the transaction of its cause; whether it is in arrears depends on the day and is judged when reading.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="dues_months", db_index=False, verbose_name="党支部"
    )
    member = models.ForeignKey(Member, models.PROTECT, related_name="dues_months", db_index=False, verbose_name="党员")
    year = models.PositiveSmallIntegerField("年份")
    month = models.PositiveSmallIntegerField("月份")
    full = money("月应交（减免前）", default=0)
    due = money("月应交", default=0)
    relieved = models.BooleanField("减免", default=False)
    paid = money("实交", default=0)
    extra = money("自愿多交", default=0)

    objects = MemberRowQuerySet.as_manager()

    class Meta:
        verbose_name = "党费月份"
        verbose_name_plural = "党费月份"
        constraints = [
            models.UniqueConstraint(name="dues_month_unique", fields=["member", "year", "month"]),
            models.CheckConstraint(name="dues_month_number", condition=MONTH),
            models.CheckConstraint(
                name="dues_month_amounts", condition=Q(due__gte=0, full__gte=F("due"), paid__gte=0, extra__gte=0)
            ),
        ]
        indexes = [
            models.Index(name="dues_month_branch", fields=["organisation", "year", "month"]),
            models.Index(name="dues_month_year", fields=["year", "organisation"]),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.year}-{self.month:02d}"


class DuesImport(models.Model):
    """One uploaded workbook of a branch-year: previewed, then committed as a whole or dropped."""

    class State(models.TextChoices):
        PREVIEW = "preview", "待确认"
        COMMITTED = "committed", "已导入"
        DROPPED = "dropped", "已放弃"

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="党支部")
    year = models.PositiveSmallIntegerField("年份")
    kind = models.CharField("内容", max_length=12, choices=DuesImportKind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")
    file_name = models.CharField("文件名", max_length=200)
    state = models.CharField("状态", max_length=12, choices=State, default=State.PREVIEW)
    row_count = models.PositiveIntegerField("行数", default=0)
    change_count = models.PositiveIntegerField("变动", default=0)
    unchanged_count = models.PositiveIntegerField("不变", default=0)
    error_count = models.PositiveIntegerField("错误", default=0)
    errors = models.JSONField("错误明细", default=list, blank=True)
    changes = models.JSONField("变动预览", default=list, blank=True)
    notes = models.JSONField("不读取的列", default=list, blank=True)
    payload = models.TextField("内容（密文）", blank=True, editable=False)
    digest = models.CharField("核对码", max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField("上传时间", auto_now_add=True)
    committed_at = models.DateTimeField("导入时间", null=True, blank=True)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "党费导入"
        verbose_name_plural = "党费导入"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.file_name
