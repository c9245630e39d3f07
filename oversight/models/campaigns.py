from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Organisation
from oversight.choices.campaigns import CampaignState
from oversight.querysets import CampaignQuerySet


class Campaign(models.Model):
    """专项行动: addressed to everything below its organisation, carried out by a list of projects (项目化清单化)."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="campaigns", db_index=False, verbose_name="主办党组织"
    )
    title = models.CharField("行动名称", max_length=80)
    basis = models.CharField("依据", max_length=200)
    goals = models.TextField("目标和要求", blank=True, max_length=2000)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    state = models.CharField("状态", max_length=8, choices=CampaignState, default=CampaignState.DRAFT)
    summary = models.TextField("总结", blank=True, max_length=3000)
    ended_on = models.DateField("总结日期", null=True, blank=True)
    worklist = models.OneToOneField(
        "branches.Worklist", models.PROTECT, related_name="campaign", verbose_name="项目清单"
    )
    revision = models.PositiveIntegerField("修订号", default=1, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填写人")
    created_at = models.DateTimeField("填写时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = "专项行动"
        verbose_name_plural = "专项行动"
        constraints = [
            models.UniqueConstraint(
                name="campaign_unique",
                fields=["organisation", "title", "starts_on"],
                violation_error_message="同名同日开始的专项行动已经有了。",
            ),
            models.CheckConstraint(
                name="campaign_dates",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="结束日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                name="campaign_ended_with_summary",
                condition=(Q(state="ended", ended_on__isnull=False) & ~Q(summary=""))
                | (~Q(state="ended") & Q(ended_on=None)),
                violation_error_message="结束须写总结。",
            ),
        ]
        indexes = [models.Index(name="campaign_recent", fields=["organisation", "-starts_on", "-id"])]

    def __str__(self) -> str:
        return self.title
