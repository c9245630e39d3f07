from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.choices import TalkPair
from branches.models.members import Member
from branches.models.organisations import Organisation
from branches.querysets import OrganisationRowQuerySet


class Talk(models.Model):
    """
    谈心谈话 (支部工作条例 art. 19): that it took place, on which day, between whom. What was said nobody records: there
    is no column for it. The smaller id stands first, so that a pair has one order.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="talks", db_index=False, verbose_name="党支部"
    )
    held_on = models.DateField("日期")
    member_a = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="党员")
    member_b = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="党员")
    pair = models.CharField("类型", max_length=12, choices=TalkPair)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "谈心谈话"
        verbose_name_plural = "谈心谈话"
        constraints = [
            models.UniqueConstraint(
                name="talk_unique",
                fields=["organisation", "held_on", "member_a", "member_b"],
                violation_error_message="这一天这两名党员的谈心谈话已经登记。",
            ),
            models.CheckConstraint(
                name="talk_two_people",
                condition=Q(member_a__lt=F("member_b")),
                violation_error_message="谈心谈话须在两名不同的党员之间。",
            ),
        ]
        indexes = [models.Index(name="talk_recent", fields=["-held_on", "-id"])]

    def __str__(self) -> str:
        return f"{self.held_on} {self.get_pair_display()}"
