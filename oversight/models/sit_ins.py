from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.models import Member, Organisation
from branches.querysets import OrganisationRowQuerySet
from oversight.choices.sit_ins import SitInKind


class SitIn(models.Model):
    """
    Whether the full-time deputy secretary sat in on a meeting of the unit (机关基层组织工作条例 art. 26(3)). That an
    opinion was given, not what was said: there is no column for it.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="单位")
    kind = models.CharField("会议类型", max_length=16, choices=SitInKind)
    held_on = models.DateField("日期")
    title = models.CharField("会议名称", max_length=80)
    deputy = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="专职副书记"
    )
    expected = models.BooleanField("应列席", default=True)
    attended = models.BooleanField("已列席", default=True)
    reason = models.CharField("未列席原因", max_length=200, blank=True)
    opinion_given = models.BooleanField("提出了意见", default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "专职副书记列席"
        verbose_name_plural = "专职副书记列席"
        constraints = [
            models.UniqueConstraint(
                name="sit_in_unique",
                fields=["organisation", "held_on", "kind", "title"],
                violation_error_message="这次会议已经登记。",
            ),
            models.CheckConstraint(
                name="sit_in_absence_reasoned",
                condition=Q(expected=False) | Q(attended=True) | ~Q(reason=""),
                violation_error_message="应列席而未列席的，请写明原因。",
            ),
            models.CheckConstraint(
                name="sit_in_reason_of_absence",
                condition=Q(attended=False) | Q(reason=""),
                violation_error_message="已列席的不写未列席原因。",
            ),
            models.CheckConstraint(
                name="sit_in_opinion_of_present",
                condition=Q(opinion_given=False) | Q(attended=True),
                violation_error_message="没有列席的会议不能勾选提出了意见。",
            ),
        ]
        indexes = [models.Index(name="sit_in_recent", fields=["-held_on", "-id"])]

    def __str__(self) -> str:
        return f"{self.held_on} {self.title}"
