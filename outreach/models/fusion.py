from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Organisation
from branches.querysets import OrganisationRowQuerySet
from outreach.choices import FusionState, TagGroup
from outreach.querysets import FusionPartQuerySet


class FusionTag(models.Model):
    """What a project serves (四新, 四化, 四区一高地 …): rows that the city keeps, not a list in code."""

    group = models.CharField("类别", max_length=12, choices=TagGroup)
    name = models.CharField("名称", max_length=40, unique=True)
    source = models.CharField("依据", max_length=120, blank=True)
    is_active = models.BooleanField("可选用", default=True)

    objects = models.Manager()

    class Meta:
        verbose_name = "融合标签"
        verbose_name_plural = "融合标签"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class FusionProject(models.Model):
    """党建业务融合: a problem of the business, what Party building does about it, and figures before and after."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="fusion_projects", verbose_name="党组织"
    )
    title = models.CharField("项目名称", max_length=60)
    problem = models.TextField("业务难题", max_length=500)
    means = models.TextField("党建做法", max_length=1000)
    tags = models.ManyToManyField(FusionTag, related_name="projects", blank=True, verbose_name="服务方向")
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("计划完成日期", null=True, blank=True)
    state = models.CharField("状态", max_length=12, choices=FusionState, default=FusionState.PLANNED)
    result = models.TextField("结果", max_length=1000, blank=True)
    worklist = models.OneToOneField("branches.Worklist", models.PROTECT, related_name="+", verbose_name="项目清单")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填写人")
    revision = models.PositiveIntegerField("版本", default=1, editable=False)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "融合项目"
        verbose_name_plural = "融合项目"
        constraints = [
            models.UniqueConstraint(
                name="fusion_title_once",
                fields=["organisation", "title"],
                violation_error_message="这个党组织已有同名的融合项目。",
            ),
            models.CheckConstraint(
                name="fusion_dates",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="计划完成日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                name="fusion_finished_told",
                condition=~Q(state__in=["finished", "candidate", "stopped"]) | ~Q(result=""),
                violation_error_message="完成或终止须写明结果。",
            ),
        ]
        indexes = [models.Index(name="fusion_recent", fields=["-starts_on", "-id"])]

    def __str__(self) -> str:
        return self.title


class FusionFigure(models.Model):
    """One indicator before and after; both with their day."""

    project = models.ForeignKey(FusionProject, models.PROTECT, related_name="figures", verbose_name="融合项目")
    name = models.CharField("指标名称", max_length=40)
    unit = models.CharField("单位", max_length=10)
    base_value = models.DecimalField("基期值", max_digits=16, decimal_places=2)
    base_on = models.DateField("基期日期")
    now_value = models.DecimalField("现值", max_digits=16, decimal_places=2, null=True, blank=True)
    now_on = models.DateField("现值日期", null=True, blank=True)

    objects = FusionPartQuerySet.as_manager()

    class Meta:
        verbose_name = "前后对比指标"
        verbose_name_plural = "前后对比指标"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="fusion_figure_once",
                fields=["project", "name"],
                violation_error_message="这个项目已有同名指标。",
            ),
            models.CheckConstraint(
                name="fusion_figure_paired",
                condition=Q(now_value=None, now_on=None)
                | Q(now_value__isnull=False, now_on__isnull=False, now_on__gte=F("base_on")),
                violation_error_message="现值和现值日期要一起填，且不早于基期日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.unit}）"
