from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from branches.models import Member, Organisation
from branches.querysets import OrganisationRowQuerySet
from outreach.choices import VillageRole
from outreach.querysets import VillagePostingPartQuerySet


class VillagePosting(models.Model):
    """A member sent to a village as 第一书记 or 工作队员, for a term, with a plan as a worklist."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="village_postings", verbose_name="派出单位"
    )
    member = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="选派党员")
    village = models.CharField("派驻村", max_length=40)
    role = models.CharField("职务", max_length=16, choices=VillageRole)
    starts_on = models.DateField("任期起")
    ends_on = models.DateField("任期止")
    finished_on = models.DateField("离任日期", null=True, blank=True)
    handover = models.CharField("交接情况", max_length=500, blank=True)
    worklist = models.OneToOneField("branches.Worklist", models.PROTECT, related_name="+", verbose_name="帮扶计划")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    revision = models.PositiveIntegerField("版本", default=1, editable=False)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "驻村选派"
        verbose_name_plural = "驻村选派"
        constraints = [
            models.UniqueConstraint(
                name="village_posting_one_open",
                fields=["member"],
                condition=Q(finished_on=None),
                violation_error_message="这名党员正在驻村，办理交接后才能再选派。",
            ),
            models.CheckConstraint(
                name="village_posting_term",
                condition=Q(ends_on__gt=F("starts_on")),
                violation_error_message="任期止须晚于任期起。",
            ),
            models.CheckConstraint(
                name="village_posting_finished",
                condition=Q(finished_on=None, handover="")
                | (Q(finished_on__isnull=False, finished_on__gte=F("starts_on")) & ~Q(handover="")),
                violation_error_message="离任须写明交接情况，日期不早于任期起。",
            ),
        ]
        indexes = [models.Index(name="village_posting_recent", fields=["-starts_on", "-id"])]

    def __str__(self) -> str:
        return f"{self.village} {self.get_role_display()}"


class PostingYear(models.Model):
    """One year of a posting: its plan, the support funds, and the grades that the competent organ gave."""

    posting = models.ForeignKey(VillagePosting, models.PROTECT, related_name="years", verbose_name="驻村选派")
    year = models.PositiveSmallIntegerField("年度")
    plan = models.TextField("年度计划", max_length=1000, blank=True)
    funds = models.DecimalField(
        "保障经费（元）",
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0, "经费不能是负数。")],
    )
    half_grade = models.CharField("半年考核等次", max_length=20, blank=True, help_text="照主管部门的结果登记。")
    year_grade = models.CharField("年度考核等次", max_length=20, blank=True)
    graded_by = models.CharField("考核机关", max_length=60, blank=True)

    objects = VillagePostingPartQuerySet.as_manager()

    class Meta:
        verbose_name = "驻村年度情况"
        verbose_name_plural = "驻村年度情况"
        ordering = ["year"]
        constraints = [
            models.UniqueConstraint(name="posting_year_unique", fields=["posting", "year"]),
            models.CheckConstraint(
                name="posting_year_funds",
                condition=Q(funds=None) | Q(funds__gte=0),
                violation_error_message="经费不能是负数。",
            ),
            models.CheckConstraint(
                name="posting_year_graded_by",
                condition=Q(half_grade="", year_grade="") | ~Q(graded_by=""),
                violation_error_message="登记考核等次须写明考核机关。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}年"
