from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.choices import MeetingKind
from branches.models import Member, Organisation
from branches.querysets import OrganisationRowQuerySet
from education.choices import TrainingMeasure
from education.querysets import OfMemberQuerySet


class TrainingRule(models.Model):
    """A dated setting about hours, classes and certificates, with where it is written; ``kind`` is a kind of log."""

    measure = models.CharField("项目", max_length=20, choices=TrainingMeasure)
    kind = models.CharField("会议类型", max_length=20, choices=MeetingKind, blank=True)
    value = models.DecimalField("数值", max_digits=6, decimal_places=1)
    source = models.CharField("依据", max_length=120)
    article = models.CharField("条款", max_length=20, blank=True)
    label = models.CharField("性质", max_length=12)
    valid_from = models.DateField("生效日期")
    valid_until = models.DateField("失效日期", null=True, blank=True)

    class Meta:
        verbose_name = "学时和培训标准"
        verbose_name_plural = "学时和培训标准"
        constraints = [
            models.UniqueConstraint(name="training_rule_unique", fields=["measure", "kind", "valid_from"]),
            models.CheckConstraint(name="training_rule_value", condition=Q(value__gte=0)),
            models.CheckConstraint(
                name="training_rule_dates", condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_measure_display()} {self.get_kind_display()}".strip()


class HoursYear(models.Model):
    """
    A member's study hours of a calendar year, derived from logs and closed classes: a summary for lists of a unit and
    of the city, renewed every night and on demand (``HoursRefresh`` tells when). The page of a branch does not read it.
    """

    member = models.ForeignKey(Member, models.CASCADE, related_name="hours_years", db_index=False, verbose_name="党员")
    year = models.PositiveSmallIntegerField("年度")
    hours_meetings = models.DecimalField("会议学习（学时）", max_digits=6, decimal_places=1, default=0)
    hours_classes = models.DecimalField("培训班（学时）", max_digits=6, decimal_places=1, default=0)
    class_count = models.PositiveSmallIntegerField("参加培训班（次）", default=0)

    objects = OfMemberQuerySet.as_manager()

    class Meta:
        verbose_name = "年度学时"
        verbose_name_plural = "年度学时"
        constraints = [
            models.UniqueConstraint(name="hours_year_unique", fields=["member", "year"]),
            models.CheckConstraint(
                name="hours_year_positive", condition=Q(hours_meetings__gte=0, hours_classes__gte=0)
            ),
        ]
        indexes = [models.Index(name="hours_year_of", fields=["year", "member"])]

    def __str__(self) -> str:
        return f"{self.member_id} {self.year}"


class HoursRefresh(models.Model):
    """When the summary of an organisation and everything below it was last renewed."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="范围")
    year = models.PositiveSmallIntegerField("年度")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="发起人"
    )
    at = models.DateTimeField("更新时间")

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "学时汇总更新"
        verbose_name_plural = "学时汇总更新"
        constraints = [models.UniqueConstraint(name="hours_refresh_unique", fields=["organisation", "year"])]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.year}"
