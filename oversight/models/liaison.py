from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Organisation
from branches.querysets import OrganisationRowQuerySet
from oversight.choices.liaison import VisitForm
from oversight.querysets import LiaisonAreaQuerySet, LiaisonUnitQuerySet


class LiaisonRule(models.Model):
    """How many visits an area is owed in a half-year, from a day on. A local measure, hence a setting."""

    valid_from = models.DateField("启用日期", unique=True, error_messages={"unique": "这一天已有一条设置。"})
    visits = models.PositiveSmallIntegerField("每半年至少走访次数")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="设置人")
    created_at = models.DateTimeField("设置时间", auto_now_add=True)

    class Meta:
        verbose_name = "走访次数设置"
        verbose_name_plural = "走访次数设置"
        constraints = [
            models.CheckConstraint(
                name="liaison_rule_visits",
                condition=Q(visits__gte=1, visits__lte=50),
                violation_error_message="次数应在1至50之间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from}起每半年{self.visits}次"


class LiaisonArea(models.Model):
    """片区: a leader of the work committee and the units that he or she keeps in touch with."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="liaison_areas", db_index=False, verbose_name="党组织"
    )
    name = models.CharField("片区", max_length=40)
    leader_post = models.CharField("联系领导职务", max_length=40, blank=True)
    leader = models.CharField("联系领导", max_length=40)
    office = models.CharField("联系科室", max_length=40, blank=True)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("停用日期", null=True, blank=True)
    revision = models.PositiveIntegerField("修订号", default=1, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填写人")
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    objects = LiaisonAreaQuerySet.as_manager()

    class Meta:
        verbose_name = "联系片区"
        verbose_name_plural = "联系片区"
        constraints = [
            models.UniqueConstraint(
                name="liaison_area_unique",
                fields=["organisation", "name"],
                condition=Q(ends_on=None),
                violation_error_message="已有同名的片区。",
            ),
            models.CheckConstraint(
                name="liaison_area_dates",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="停用日期不能早于开始日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LiaisonUnit(models.Model):
    """A unit in an area from one day to another (the last day no longer counts); in one area at a time."""

    area = models.ForeignKey(LiaisonArea, models.PROTECT, related_name="units", verbose_name="片区")
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="单位")
    starts_on = models.DateField("起")
    ends_on = models.DateField("止", null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填写人")

    objects = LiaisonUnitQuerySet.as_manager()

    class Meta:
        verbose_name = "片区单位"
        verbose_name_plural = "片区单位"
        constraints = [
            models.UniqueConstraint(
                name="liaison_unit_one_area",
                fields=["unit"],
                condition=Q(ends_on=None),
                violation_error_message="一个单位同一时间只在一个片区。",
            ),
            models.CheckConstraint(
                name="liaison_unit_dates",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="截止日期不能早于起始日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area} {self.unit}"


class LiaisonVisit(models.Model):
    """
    A visit to a unit or a branch. Nothing is asked of the visited; ``facts`` is how the portal's own figures stood on
    the day of entry. What was found stands in the worklist until it is closed.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="liaison_visits", db_index=False, verbose_name="走访单位或党支部"
    )
    area = models.ForeignKey(LiaisonArea, models.PROTECT, related_name="visits", verbose_name="片区")
    held_on = models.DateField("日期")
    form = models.CharField("方式", max_length=6, choices=VisitForm)
    visitors = models.CharField("走访人", max_length=80)
    suggestions = models.TextField("意见建议", blank=True, max_length=2000)
    facts = models.JSONField("走访时的情况", default=list, blank=True)
    worklist = models.OneToOneField(
        "branches.Worklist", models.PROTECT, related_name="liaison_visit", verbose_name="问题清单"
    )
    revision = models.PositiveIntegerField("修订号", default=1, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "走访联系"
        verbose_name_plural = "走访联系"
        indexes = [
            models.Index(name="liaison_visit_recent", fields=["organisation", "-held_on", "-id"]),
            models.Index(name="liaison_visit_area", fields=["area", "held_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.held_on} {self.get_form_display()}"
