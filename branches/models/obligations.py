from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.choices import (
    Frequency,
    MeetingKind,
    OrganisationKind,
    RequirementCondition,
    RequirementLevel,
)
from branches.models.organisations import Organisation
from branches.querysets import ObligationPartQuerySet, OrganisationRowQuerySet
from core.periods import parse_period


class Requirement(models.Model):
    """
    A dated rule: what is due, how often, for whom, and where that is written (domain.md §16). ``measure`` names what it
    is counted from (branches/policy/measures.py); a rule of the frequency "once" is asked by a record with a day of its
    own (branches/policy/deadlines.py).
    """

    code = models.CharField("编号", max_length=8)
    title = models.CharField("应做事项", max_length=40)
    frequency = models.CharField("频次", max_length=8, choices=Frequency)
    needed = models.PositiveSmallIntegerField("次数", default=1)
    condition = models.CharField(
        "适用", max_length=16, choices=RequirementCondition, default=RequirementCondition.ALWAYS
    )
    audience = models.CharField("对象", max_length=16, choices=OrganisationKind, default=OrganisationKind.BRANCH)
    level = models.CharField("级别", max_length=4, choices=RequirementLevel, default=RequirementLevel.DUE)
    measure = models.CharField("计量", max_length=20, default="meetings")
    source = models.CharField("依据", max_length=120)
    article = models.CharField("条款", max_length=40, blank=True)
    label = models.CharField("性质", max_length=20, default="条例要求")
    valid_from = models.DateField("施行日期")
    valid_until = models.DateField("失效日期", null=True, blank=True)

    objects = models.Manager()

    class Meta:
        verbose_name = "规则"
        verbose_name_plural = "规则"
        ordering = ["code", "valid_from"]
        constraints = [
            models.UniqueConstraint(name="requirement_dated", fields=["code", "valid_from"]),
            models.CheckConstraint(
                name="requirement_dates", condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from"))
            ),
            models.CheckConstraint(name="requirement_needed", condition=Q(needed__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class RequirementKind(models.Model):
    """A kind of meeting that fulfils a rule."""

    requirement = models.ForeignKey(
        Requirement, models.CASCADE, related_name="kinds", db_index=False, verbose_name="规则"
    )
    kind = models.CharField("会议类型", max_length=20, choices=MeetingKind)

    class Meta:
        verbose_name = "规则的会议类型"
        verbose_name_plural = "规则的会议类型"
        constraints = [models.UniqueConstraint(name="requirement_kind_unique", fields=["requirement", "kind"])]

    def __str__(self) -> str:
        return f"{self.requirement} {self.get_kind_display()}"


class Obligation(models.Model):
    """
    One rule for one organisation in one period: needed, done, waived. A summary that is opened ahead for everyone
    and rewritten in
    the transaction of its cause; whether it is overdue depends on the day and is judged when reading. What is due once
    has its record as ``subject``, what it is as ``title``, and the month in which it ends as its period.
    """

    requirement = models.ForeignKey(Requirement, models.PROTECT, related_name="obligations", verbose_name="规则")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="obligations", verbose_name="党组织", db_index=False
    )
    period = models.CharField("期间", max_length=7)
    starts_on = models.DateField("起")
    ends_on = models.DateField("止")
    needed = models.PositiveSmallIntegerField("应做")
    done = models.PositiveSmallIntegerField("已做", default=0)
    waived = models.BooleanField("减免", default=False)
    subject = models.CharField("对应记录", max_length=40, blank=True, default="", db_default="")
    title = models.CharField("事项名称", max_length=80, blank=True, default="", db_default="")

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "应做事项"
        verbose_name_plural = "应做事项"
        constraints = [
            models.UniqueConstraint(
                name="obligation_unique", fields=["organisation", "period", "requirement", "subject"]
            ),
            models.UniqueConstraint(
                name="obligation_subject_unique",
                fields=["subject", "organisation", "requirement"],
                condition=~Q(subject=""),
            ),
            models.CheckConstraint(
                name="obligation_subject_titled", condition=Q(subject="", title="") | (~Q(subject="") & ~Q(title=""))
            ),
            models.CheckConstraint(name="obligation_dates", condition=Q(ends_on__gte=F("starts_on"))),
        ]
        indexes = [
            models.Index(name="obligation_period", fields=["period", "requirement"]),
            models.Index(name="obligation_organisation_dates", fields=["organisation", "ends_on", "starts_on"]),
            models.Index(name="obligation_recent", fields=["-ends_on", "-id"]),
            models.Index(name="obligation_open", fields=["ends_on"], condition=Q(done__lt=F("needed"), waived=False)),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.requirement_id} {self.period}"

    @property
    def what(self) -> str:
        """What is due, in words; needs the rule where it is due every period."""
        return self.title or self.requirement.title

    @property
    def when(self) -> str:
        """Until when: the period, or the day of what is due once."""
        if self.subject:
            return f"{self.ends_on.year}年{self.ends_on.month}月{self.ends_on.day}日前"
        return parse_period(self.period).title


class Waiver(models.Model):
    """A reason why something is not asked of a branch this time; revoked, never deleted."""

    obligation = models.ForeignKey(Obligation, models.PROTECT, related_name="waivers", verbose_name="应做事项")
    reason = models.CharField("减免原因", max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="批准人")
    at = models.DateTimeField("批准时间", auto_now_add=True)
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤销人"
    )

    objects = ObligationPartQuerySet.as_manager()

    class Meta:
        verbose_name = "减免"
        verbose_name_plural = "减免"
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(name="waiver_one_open", fields=["obligation"], condition=Q(revoked_at=None)),
            models.CheckConstraint(name="waiver_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return self.reason
