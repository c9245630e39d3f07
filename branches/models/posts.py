from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from branches.choices import PostKind
from branches.models.members import Member
from branches.models.organisations import Organisation
from branches.querysets import PostQuerySet, TermQuerySet


class Term(models.Model):
    """One term of a branch's leadership; a branch's term is normally three years (支部工作条例 art. 21)."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="terms", db_index=False, verbose_name="党组织"
    )
    number = models.PositiveSmallIntegerField("届次")
    elected_on = models.DateField("选举日期")
    years = models.PositiveSmallIntegerField("任期（年）", default=3)
    expires_on = models.DateField("届满日期")
    extended_until = models.DateField("经批准延期至", null=True, blank=True)
    closed_on = models.DateField("换届日期", null=True, blank=True)

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = "届期"
        verbose_name_plural = "届期"
        ordering = ["-elected_on"]
        constraints = [
            models.UniqueConstraint(name="term_number_unique", fields=["organisation", "number"]),
            models.CheckConstraint(name="term_years", condition=Q(years__in=[3, 5])),
            models.CheckConstraint(name="term_dates", condition=Q(expires_on__gt=F("elected_on"))),
            models.CheckConstraint(
                name="term_extended_later",
                condition=Q(extended_until=None) | Q(extended_until__gt=F("expires_on")),
                violation_error_message="延期须晚于届满日期。",
            ),
            models.CheckConstraint(
                name="term_closed_after_election",
                condition=Q(closed_on=None) | Q(closed_on__gte=F("elected_on")),
                violation_error_message="换届日期不能早于选举日期。",
            ),
            models.UniqueConstraint(
                name="term_one_open",
                fields=["organisation"],
                condition=Q(closed_on=None),
                violation_error_message="一个党组织同一时间只有一届。",
            ),
        ]
        indexes = [models.Index(name="term_open_by_end", fields=["expires_on"], condition=Q(closed_on=None))]

    def __str__(self) -> str:
        return f"{self.organisation} 第{self.number}届"


class Post(models.Model):
    """A member's post in an organisation, dated; ``ends_on`` is exclusive."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="posts", db_index=False, verbose_name="党组织"
    )
    member = models.ForeignKey(Member, models.PROTECT, related_name="posts", verbose_name="党员")
    term = models.ForeignKey(Term, models.PROTECT, null=True, blank=True, related_name="posts", verbose_name="届期")
    kind = models.CharField("职务", max_length=20, choices=PostKind)
    starts_on = models.DateField("任职日期")
    ends_on = models.DateField("免职日期", null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = "党内职务"
        verbose_name_plural = "党内职务"
        constraints = [
            models.CheckConstraint(
                name="post_dates",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="免职日期不能早于任职日期。",
            ),
            models.UniqueConstraint(
                name="post_one_secretary",
                fields=["organisation"],
                condition=Q(ends_on=None, kind="secretary"),
                violation_error_message="一个党支部同一时间只有一名书记。",
            ),
            models.UniqueConstraint(
                name="post_one_discipline_secretary",
                fields=["organisation"],
                condition=Q(ends_on=None, kind="discipline_secretary"),
                violation_error_message="一个机关纪委同一时间只有一名书记。",
            ),
        ]
        indexes = [models.Index(name="post_organisation_dates", fields=["organisation", "starts_on", "ends_on"])]

    def __str__(self) -> str:
        return f"{self.member} {self.get_kind_display()}"
