from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.choices import VisitCategory
from branches.models.meetings import Meeting
from branches.models.members import Member
from branches.models.organisations import Organisation
from branches.querysets import OrganisationRowQuerySet


class PoliticalBirthday(models.Model):
    """How a member's 政治生日 was marked in one year: the 五个一, none of them required (domain.md §12)."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="political_birthdays", db_index=False, verbose_name="党支部"
    )
    member = models.ForeignKey(Member, models.PROTECT, related_name="political_birthdays", verbose_name="党员")
    year = models.PositiveSmallIntegerField("年度")
    held_on = models.DateField("日期")
    with_card = models.BooleanField("赠送政治生日卡", default=False)
    with_oath = models.BooleanField("重温入党誓词", default=False)
    with_talk = models.BooleanField("开展谈心谈话", default=False)
    with_reflection = models.BooleanField("畅谈入党体会", default=False)
    with_deed = models.BooleanField("办一件实事", default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "政治生日"
        verbose_name_plural = "政治生日"
        constraints = [
            models.UniqueConstraint(name="political_birthday_unique", fields=["organisation", "member", "year"]),
        ]

    def __str__(self) -> str:
        return f"{self.year}年政治生日"


class OathReview(models.Model):
    """重温入党誓词: when, where, who led, how many; perhaps within a meeting that has its log."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="oath_reviews", verbose_name="党支部")
    held_on = models.DateField("日期")
    place = models.CharField("地点", max_length=80, blank=True)
    leader = models.CharField("领誓人", max_length=40, blank=True)
    count = models.PositiveSmallIntegerField("参加人数")
    meeting = models.ForeignKey(
        Meeting, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="结合的会议"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "重温入党誓词"
        verbose_name_plural = "重温入党誓词"
        constraints = [
            models.CheckConstraint(
                name="oath_review_count", condition=Q(count__gte=1), violation_error_message="参加人数至少为1。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.held_on} 重温入党誓词"


class HomeVisit(models.Model):
    """
    政治家访: whom, when, by whom, of which category, with the member's consent. Neither the address nor what was learnt
    is kept (domain.md §13.5 N11).
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="home_visits", verbose_name="党支部")
    member = models.ForeignKey(Member, models.PROTECT, related_name="home_visits", verbose_name="家访对象")
    visitors = models.ManyToManyField(Member, related_name="+", verbose_name="家访人")
    held_on = models.DateField("日期")
    category = models.CharField("家访类别", max_length=12, choices=VisitCategory)
    consented = models.BooleanField("党员本人同意", default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "政治家访"
        verbose_name_plural = "政治家访"
        constraints = [
            models.CheckConstraint(
                name="home_visit_consent",
                condition=Q(consented=True),
                violation_error_message="须经党员本人同意。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.held_on} 政治家访"
