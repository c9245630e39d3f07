from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from branches.models import Organisation, Worklist
from branches.querysets import OrganisationRowQuerySet
from oversight.choices.analyses import AnalysisHalf, AnalysisState


class Analysis(models.Model):
    """
    机关党建分析研判 of an organisation for a half-year. ``figures`` are read from the records as of ``figures_on`` and
    never typed; a finished analysis is frozen. Measures are items of its worklist.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="单位")
    year = models.PositiveSmallIntegerField("年度")
    half = models.PositiveSmallIntegerField("期间", choices=AnalysisHalf)
    figures = models.JSONField("数据", default=dict)
    figures_on = models.DateField("数据截至")
    host = models.CharField("主持人", max_length=40, blank=True)
    met_on = models.DateField("研判会议日期", null=True, blank=True)
    situation = models.TextField("总体情况", max_length=3000, blank=True)
    problems = models.TextField("存在问题", max_length=3000, blank=True)
    causes = models.TextField("原因分析", max_length=3000, blank=True)
    measures = models.TextField("措施", max_length=3000, blank=True)
    state = models.CharField("状态", max_length=10, choices=AnalysisState, default=AnalysisState.DRAFT)
    revision = models.PositiveIntegerField("版本", default=1)
    worklist = models.OneToOneField(Worklist, models.PROTECT, related_name="+", verbose_name="项目清单")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="起草人")
    finished_on = models.DateField("定稿日期", null=True, blank=True)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="定稿人"
    )
    created_at = models.DateTimeField("起草时间", auto_now_add=True)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "机关党建分析研判"
        verbose_name_plural = "机关党建分析研判"
        constraints = [
            models.UniqueConstraint(
                name="analysis_unique",
                fields=["organisation", "year", "half"],
                violation_error_message="这个半年的分析研判已经有了。",
            ),
            models.CheckConstraint(name="analysis_half", condition=Q(half__in=[1, 2], year__gte=2000, year__lte=2100)),
            models.CheckConstraint(
                name="analysis_finished_complete",
                condition=Q(state="draft", finished_on=None, finished_by=None)
                | Q(state="finished", finished_on__isnull=False, finished_by__isnull=False, met_on__isnull=False)
                & ~Q(host="")
                & ~Q(problems="")
                & ~Q(causes="")
                & ~Q(measures=""),
                violation_error_message="定稿须写明主持人、会议日期、问题、原因和措施。",
            ),
        ]
        indexes = [models.Index(name="analysis_recent", fields=["-year", "-half", "-id"])]

    def __str__(self) -> str:
        return f"{self.organisation}{self.title}"

    def save(self, *args: object, **kwargs: object) -> None:
        """A finished analysis is never stored again."""
        if self.pk and Analysis.objects.filter(pk=self.pk, state=AnalysisState.FINISHED).exists():
            raise ValidationError("分析研判已定稿，不能再改。")
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def title(self) -> str:
        return f"{self.year}年{self.get_half_display()}机关党建分析研判"
