from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, NamedTuple

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models.users import User
from accounts.querysets import ScopedQuerySet
from accounts.roles import Role
from core.calendar import local_today
from core.prepared import Prepared


class PostingQuerySet(ScopedQuerySet):
    def on(self, day: date) -> PostingQuerySet:
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day, revoked_at__isnull=True)

    def current(self) -> PostingQuerySet:
        return self.on(local_today())

    def standing(self) -> PostingQuerySet:
        """Current ones and those that start later."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=local_today()), revoked_at__isnull=True)

    def with_organisation(self) -> PostingQuerySet:
        return self.select_related("organisation").order_by("pk")


class Tenure(models.Model):
    """A user, a role, an organisation, from one day to another (both included)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="%(class)ss", verbose_name="用户")
    organisation = models.ForeignKey(
        "branches.Organisation", models.PROTECT, related_name="%(class)ss", verbose_name="党组织"
    )
    role = models.CharField("角色", max_length=20, choices=Role.choices)
    starts_on = models.DateField("起始日期", default=local_today)
    ends_on = models.DateField("截止日期", null=True, blank=True)

    class Meta:
        abstract = True
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="%(class)s_dates",
                violation_error_message="截止日期不能早于起始日期。",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="%(class)s_role"),
        )


class Posting(Tenure):
    """A role held. ``revoked_at`` ends it at once, whatever its last day."""

    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True, editable=False)

    objects = PostingQuerySet.as_manager()

    class Meta(Tenure.Meta):
        verbose_name = verbose_name_plural = "任职授权"
        ordering = ("-starts_on", "-pk")
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            *Tenure.Meta.constraints,
            models.UniqueConstraint(
                fields=("user", "organisation", "role"),
                condition=Q(ends_on__isnull=True, revoked_at__isnull=True),
                name="posting_open_once",
                violation_error_message="该用户已在这个党组织担任此角色。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} {self.organisation} {self.get_role_display()}"

    @property
    def is_standing(self) -> bool:
        return self.revoked_at is None and (self.ends_on is None or self.ends_on >= local_today())

    @property
    def state(self) -> str:
        if self.revoked_at:
            return "已撤销"
        if not self.is_standing:
            return "已到期"
        return "在任" if self.starts_on <= local_today() else "未到任"


class HeldRole(NamedTuple):
    """A role held on a day: the path and the short name of the organisation where."""

    role: str
    path: str
    place: str


def _held(user: int, day: date) -> models.QuerySet[Any, Any]:
    held = Posting.objects.on(day).filter(user_id=user).order_by("pk")
    return held.values_list("role", "organisation__path", "organisation__short_name")


_HELD = Prepared(_held, user=7_061_502_893, day=date(1907, 6, 15))


def held_roles(user_id: int, day: date) -> list[HeldRole]:
    """As what the user may act on that day. One query, asked for every page."""
    return [HeldRole(*row) for row in _HELD.rows(user=user_id, day=day.isoformat())]


class ProposalState(models.TextChoices):
    OPEN = "open", "待审批"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "未批准"


class PostingProposal(Tenure):
    """A role asked for somebody by business staff; the security administrator decides."""

    reason = models.CharField("授权理由", max_length=200)
    state = models.CharField("状态", max_length=10, choices=ProposalState.choices, default=ProposalState.OPEN)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="提请人")
    proposed_at = models.DateTimeField("提请时间", default=timezone.now)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="审批人")
    decided_at = models.DateTimeField("审批时间", null=True)
    decision_note = models.CharField("审批意见", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta(Tenure.Meta):
        verbose_name = verbose_name_plural = "授权提请"
        ordering = ("-proposed_at", "-pk")
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            *Tenure.Meta.constraints,
            models.UniqueConstraint(
                fields=("user", "organisation", "role"),
                condition=Q(state="open"),
                name="postingproposal_open_once",
                violation_error_message="同样的提请正在等待审批。",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_by__isnull=True, decided_at__isnull=True)
                | Q(state__in=("approved", "refused"), decided_by__isnull=False, decided_at__isnull=False),
                name="postingproposal_decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | (~Q(decided_by=F("proposed_by")) & ~Q(decided_by=F("user")) & ~Q(proposed_by=F("user"))),
                name="postingproposal_not_by_author",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} {self.organisation} {self.get_role_display()}"

    @property
    def is_open(self) -> bool:
        return self.state == ProposalState.OPEN
