from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Meeting, Member, Organisation
from branches.querysets import OrganisationRowQuerySet


class ReportedCommunity(models.Model):
    """双报到: the community where a branch reported, from when to when."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="reported_communities", verbose_name="党支部"
    )
    name = models.CharField("报到社区", max_length=40, help_text="只写社区名称。")
    starts_on = models.DateField("报到日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "报到社区"
        verbose_name_plural = "报到社区"
        constraints = [
            models.UniqueConstraint(
                name="community_one_open",
                fields=["organisation"],
                condition=Q(ends_on=None),
                violation_error_message="这个党支部已有报到社区，先结束再登记新的。",
            ),
            models.CheckConstraint(
                name="community_dates",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="结束日期不能早于报到日期。",
            ),
        ]
        indexes = [models.Index(name="community_recent", fields=["-starts_on", "-id"])]

    def __str__(self) -> str:
        return self.name


class ServiceActivity(models.Model):
    """
    志愿服务、社区服务: what was done and what came of it. Hours belong to the activity, may be left out, and are never
    added up for a person (N2); a theme_day already logged is linked.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="service_activities", verbose_name="党组织"
    )
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="对应的组织生活记录"
    )
    held_on = models.DateField("日期")
    community = models.CharField("社区或地点", max_length=40, blank=True, help_text="只写名称，不写门牌号。")
    purpose = models.CharField("服务内容", max_length=120)
    participants = models.PositiveSmallIntegerField("参加人数")
    people = models.ManyToManyField(Member, related_name="+", blank=True, verbose_name="参加的党员")
    hours = models.DecimalField(
        "活动时长（小时）", max_digits=4, decimal_places=1, null=True, blank=True, help_text="可不填；不按人累计。"
    )
    result = models.CharField("成效", max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    revision = models.PositiveIntegerField("版本", default=1, editable=False)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "服务活动"
        verbose_name_plural = "服务活动"
        constraints = [
            models.UniqueConstraint(
                name="service_once_a_log",
                fields=["organisation", "meeting"],
                condition=Q(meeting__isnull=False),
                violation_error_message="这次组织生活已经登记过服务活动。",
            ),
            models.UniqueConstraint(
                name="service_once_a_day",
                fields=["organisation", "held_on", "purpose"],
                violation_error_message="这一天已登记过同样的服务活动。",
            ),
            models.CheckConstraint(
                name="service_participants",
                condition=Q(participants__gte=1),
                violation_error_message="参加人数至少1人。",
            ),
            models.CheckConstraint(
                name="service_hours",
                condition=Q(hours=None) | Q(hours__gt=0, hours__lte=24),
                violation_error_message="活动时长应大于0、不超过24小时。",
            ),
        ]
        indexes = [models.Index(name="service_recent", fields=["-held_on", "-id"])]

    def __str__(self) -> str:
        return f"{self.held_on} {self.purpose}"
