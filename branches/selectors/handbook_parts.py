"""What a chapter of the 工作手册 is made of, and the branch-year that every chapter is read for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Q

from accounts.models import User
from accounts.roles import Capability
from branches.choices import OrganisationChangeKind, OrganisationKind, OrganisationType, PostKind
from branches.models import Membership, Organisation, OrganisationChange, Post, Term
from branches.selectors.member_history import roster_on
from branches.selectors.organisation_past import Place, tree_on

#: What stands where the year has no record (domain.md §14.1: a truthful record, nothing made up).
NOTHING = "本年度无记录"
Pairs = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels and values."""

    pairs: Pairs
    title: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """
    A table. ``widths`` are shares of a line; columns named in ``middle`` are centred. On paper, where the line is
    short, a column of ``stacked`` stands below the one before it; its width is not counted.
    """

    title: str
    headings: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    widths: tuple[float, ...]
    middle: frozenset[str] = frozenset()
    stacked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Log:
    """One log: short values stand two to a line, long ones below one another; every log has the same labels."""

    held_on: date
    subject: str
    expected: int
    present: int
    short: Pairs
    long: Pairs

    @property
    def title(self) -> str:
        return f"{in_words(self.held_on)}　{self.subject}"


@dataclass(frozen=True, slots=True)
class Logs:
    """The logs of one kind, the earliest first."""

    logs: tuple[Log, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A remark on how a chapter was counted."""

    text: str


Part = Facts | Listing | Logs | Note


@dataclass(frozen=True, slots=True)
class Chapter:
    title: str
    parts: tuple[Part, ...]

    @property
    def is_empty(self) -> bool:
        return not any(_holds(part) for part in self.parts)


def _holds(part: Part) -> bool:
    match part:
        case Facts():
            return bool(part.pairs)
        case Listing():
            return bool(part.rows)
        case Logs():
            return bool(part.logs)
    return False


def kept(*parts: Part) -> tuple[Part, ...]:
    """The parts that hold something; none where there are only remarks."""
    held = tuple(part for part in parts if isinstance(part, Note) or _holds(part))
    return held if any(not isinstance(part, Note) for part in held) else ()


def in_words(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def in_short(day: date | None) -> str:
    return day.isoformat() if day else ""


@dataclass
class BranchYear:
    """
    One branch in one calendar year, read by one user at one moment. ``day``: the last day of the year on which the
    branch stood, today in a running year; names, tree, posts and roster are those of that day.
    """

    branch: Organisation
    year: int
    user: User
    moment: datetime
    today: date

    @cached_property
    def first(self) -> date:
        return date(self.year, 1, 1)

    @cached_property
    def last(self) -> date:
        return date(self.year, 12, 31)

    @cached_property
    def day(self) -> date:
        end = min(self.last, self.today)
        if self.branch.ended_on is not None:
            end = min(end, self.branch.ended_on - timedelta(days=1))
        return max(end, self.first, self.branch.founded_on)

    @cached_property
    def span(self) -> tuple[date, date]:
        """The days of the year, for `range` lookups."""
        return self.first, self.last

    def may(self, capability: Capability) -> bool:
        return bool(self.user.scope(capability).covers(self.branch.path))

    @cached_property
    def tree(self) -> dict[int, Place]:
        """Two queries."""
        return tree_on(self.day)

    @cached_property
    def place(self) -> Place:
        """The branch as it stood then."""
        found = self.tree.get(self.branch.pk)
        if found is not None:
            return found
        now = self.branch
        return Place(now.pk, now.kind, now.name, now.short_name, now.type_code, now.status, now.path)

    def name_then(self, pk: int | None) -> str:
        """The full name of an organisation above the branch."""
        return self.tree[pk].name if pk is not None and pk in self.tree else ""

    @cached_property
    def groups(self) -> list[Place]:
        """The branch's groups on that day."""
        return [
            place
            for place in self.tree.values()
            if place.kind == OrganisationKind.GROUP and place.parent == self.branch.pk
        ]

    @cached_property
    def roster(self) -> list[Any]:
        """The stays of that day with the member as he was then, by pinyin. One query."""
        stays = roster_on(self.day, Membership.objects.filter(organisation=self.branch))
        return list(stays.select_related("member", "group").order_by("member__name_pinyin", "member_id"))

    @cached_property
    def posts(self) -> list[Post]:
        """Posts of the branch and its groups at any time of the year, the secretary first. One query."""
        mine = Q(organisation=self.branch)
        below = Q(
            organisation__path__startswith=self.branch.path,
            organisation__depth=self.branch.depth + 1,
            organisation__kind=OrganisationKind.GROUP,
        )
        held = Q(starts_on__lte=self.last) & (Q(ends_on=None) | Q(ends_on__gte=self.first))
        posts = Post.objects.filter(mine | below, held).select_related("member", "organisation")
        order = [kind.value for kind in PostKind]
        return sorted(posts, key=lambda post: (order.index(post.kind), post.starts_on, post.pk))

    def posts_then(self) -> list[Post]:
        """Those held on that day."""
        return [
            post
            for post in self.posts
            if post.starts_on <= self.day and (post.ends_on is None or post.ends_on > self.day)
        ]

    @cached_property
    def secretary(self) -> str:
        """Who was secretary on that day, "" for nobody."""
        names = [post.member.name for post in self.posts_then() if post.kind == PostKind.SECRETARY]
        return names[0] if names else ""

    @cached_property
    def changes(self) -> list[OrganisationChange]:
        """
        Changes of the year that hold, the earliest first: the branch's own, its groups', and those by which another
        branch was merged into it. One query.
        """
        group = Q(organisation__path__startswith=self.branch.path, organisation__kind=OrganisationKind.GROUP)
        absorbed = Q(organisation__merged_into=self.branch, kind=OrganisationChangeKind.MERGED)
        rows = OrganisationChange.objects.in_force().filter(effective_on__range=self.span)
        rows = rows.filter(Q(organisation=self.branch) | group | absorbed)
        return list(rows.select_related("organisation").order_by("effective_on", "pk"))

    @cached_property
    def terms(self) -> list[Term]:
        """The terms that had begun by that day, the latest first. One query."""
        terms = Term.objects.filter(organisation=self.branch, elected_on__lte=self.day)
        return list(terms.order_by("-elected_on", "-pk"))

    @property
    def type_words(self) -> str:
        return dict(OrganisationType.choices).get(self.place.type_code, "")
