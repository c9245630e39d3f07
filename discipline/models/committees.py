from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.models import Organisation, Post
from branches.querysets import OrganisationRowQuerySet
from core.periods import Freq, Period
from discipline.choices import IntegrityTalkKind, StaffMark
from discipline.querysets import VersionQuerySet


class CommitteeStaffing(models.Model):
    """Whether somebody in a post of the 机关纪委 does it full time: the one datum that the posts do not hold."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="党组织")
    post = models.OneToOneField(Post, models.CASCADE, related_name="discipline_staffing", verbose_name="党内职务")
    mark = models.CharField("专兼职", max_length=10, choices=StaffMark)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "机关纪委专兼职"
        verbose_name_plural = "机关纪委专兼职"

    def __str__(self) -> str:
        return self.get_mark_display()


class CommitteeQuarter(models.Model):
    """What a unit's 机关纪委 did in a quarter, as counts only (domain.md §10): no clue, no case, no name."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="discipline_quarters", db_index=False, verbose_name="单位"
    )
    year = models.PositiveSmallIntegerField("年度")
    quarter = models.PositiveSmallIntegerField("季度")
    supervision = models.PositiveIntegerField("日常监督次数", default=0)
    education = models.PositiveIntegerField("纪律教育次数", default=0)
    talks = models.PositiveIntegerField("谈话提醒次数", default=0)
    accepted = models.PositiveIntegerField("受理件数", default=0)
    filed = models.PositiveIntegerField("处分备案件数", default=0)
    training = models.PositiveIntegerField("培训次数", default=0)
    revision = models.PositiveSmallIntegerField("版本", default=1, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="确认人")
    confirmed_at = models.DateTimeField("确认时间", auto_now=True)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "机关纪委工作台账"
        verbose_name_plural = "机关纪委工作台账"
        constraints = [
            models.UniqueConstraint(name="committeequarter_unique", fields=["organisation", "year", "quarter"]),
            models.CheckConstraint(
                name="committeequarter_period",
                condition=Q(year__gte=2000, year__lte=2100, quarter__gte=1, quarter__lte=4),
            ),
        ]
        indexes = [models.Index(name="committeequarter_recent", fields=["-year", "-quarter", "-id"])]

    def __str__(self) -> str:
        return f"{self.organisation} {self.period.title}"

    @property
    def period(self) -> Period:
        return Period(Freq.QUARTER, self.year, self.quarter)


class CommitteeQuarterVersion(models.Model):
    """The counts before a revision, and why they were revised; only added to."""

    quarter = models.ForeignKey(
        CommitteeQuarter, models.PROTECT, related_name="versions", db_index=False, verbose_name="工作台账"
    )
    number = models.PositiveSmallIntegerField("版本")
    counts = models.JSONField("原数字")
    reason = models.CharField("更正原因", max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="更正人")
    at = models.DateTimeField("更正时间", auto_now_add=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = "工作台账版本"
        verbose_name_plural = "工作台账版本"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(name="committeequarterversion_unique", fields=["quarter", "number"]),
            models.CheckConstraint(name="committeequarterversion_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.quarter_id} v{self.number}"


class IntegrityTalk(models.Model):
    """
    How many 廉政谈话 of one type took place in a unit on one day, and nothing else: with whom, about what and what
    followed stays off the portal (N11).
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="integrity_talks", verbose_name="单位")
    kind = models.CharField("类型", max_length=12, choices=IntegrityTalkKind)
    held_on = models.DateField("日期")
    count = models.PositiveSmallIntegerField("次数")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "廉政谈话登记"
        verbose_name_plural = "廉政谈话登记"
        constraints = [
            models.UniqueConstraint(
                name="integritytalk_unique",
                fields=["organisation", "kind", "held_on"],
                violation_error_message="这一天这种谈话已经登记过，删除后可重新登记。",
            ),
            models.CheckConstraint(name="integritytalk_count", condition=Q(count__gte=1, count__lte=200)),
        ]
        indexes = [models.Index(name="integritytalk_recent", fields=["-held_on", "-id"])]

    def __str__(self) -> str:
        return f"{self.held_on} {self.get_kind_display()}"
