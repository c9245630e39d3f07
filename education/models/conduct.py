from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.models import Member, Organisation
from branches.querysets import OrganisationRowQuerySet
from education.querysets import CommitmentQuerySet


class ConductText(models.Model):
    """A version of 工作时间之外政治言行若干规范, as the committee published it; never changed, only followed."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", db_index=False, verbose_name="发布组织"
    )
    number = models.PositiveSmallIntegerField("版次")
    title = models.CharField("标题", max_length=120)
    text = models.TextField("正文", max_length=20000)
    valid_from = models.DateField("施行日期")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="发布人")
    published_at = models.DateTimeField("发布时间", auto_now_add=True)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "政治言行规范"
        verbose_name_plural = "政治言行规范"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(name="conduct_text_number", fields=["organisation", "number"]),
            models.UniqueConstraint(
                name="conduct_text_day",
                fields=["organisation", "valid_from"],
                violation_error_message="这一天起施行的版本已经发布。",
            ),
            models.CheckConstraint(name="conduct_text_written", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return f"{self.title}（第{self.number}版）"


class ConductCommitment(models.Model):
    """
    A member's own commitment to a version, seen by that member alone. It says that it was made and when: about what
    anybody says nothing is recorded anywhere.
    """

    text = models.ForeignKey(ConductText, models.PROTECT, related_name="+", db_index=False, verbose_name="版本")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="党员")
    made_at = models.DateTimeField("承诺时间", auto_now_add=True)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        verbose_name = "本人承诺"
        verbose_name_plural = "本人承诺"
        constraints = [models.UniqueConstraint(name="conduct_commitment_once", fields=["text", "member"])]

    def __str__(self) -> str:
        return f"{self.text_id}"
