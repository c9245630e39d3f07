"""Reads of the organisation tree: its page, its branches as they open, what one types to find a node."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Replace

from accounts.models import User
from accounts.roles import Capability
from branches.choices import MemberCategory, OrganisationChangeKind, OrganisationKind, OrganisationStatus
from branches.models import Meeting, Member, Organisation, OrganisationChange, Post
from branches.policy.organisations import Headcount
from branches.querysets import OrganisationQuerySet, PostQuerySet
from branches.selectors.advice import Finding, organisation_findings
from branches.selectors.obligations import obligation_summary
from branches.selectors.organisation_undo import last_change
from core.calendar import local_today
from core.periods import Freq, Period, period_of, periods_between
from core.search import contains

FOUND_AT_MOST = 20
RECENT_MEETINGS = 5
CHANGES_SHOWN = 20
STEP = Organisation.steplen
STANDING = (OrganisationStatus.ACTIVE, OrganisationStatus.SUSPENDED)

#: Present members by the path of their branch and by category.
Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class TreeNode:
    """A node of the tree as it is drawn: members are those of everything below it, too."""

    organisation: Organisation
    members: int
    children: int
    may_open: bool


@dataclass(slots=True)
class RuleState:
    """How one rule stands in the quarter, its months and the year that the quarter lies in."""

    title: str
    asked: int = 0
    met: int = 0
    overdue: int = 0
    due: int = 0


@dataclass(frozen=True, slots=True)
class QuarterState:
    """This quarter's obligations at and below an organisation."""

    quarter: Period
    rules: list[RuleState]


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """What the page of an organisation shows."""

    ancestors: list[tuple[Organisation, bool]]
    count: Headcount
    advice: list[Finding]
    posts: list[Post]
    children: list[TreeNode]
    groups: list[Organisation]
    absorbed: list[Organisation]
    changes: list[OrganisationChange]
    undoable: OrganisationChange | None
    meetings: list[Meeting]
    obligations: QuarterState | None


def organisation_page(user: User, organisation: Organisation) -> OrganisationPage:
    """Everything on the organisation's page that the reader may see; of each ancestor, whether it may be opened."""
    view = user.scope(Capability.BRANCH_VIEW)
    ancestors = [(item, view.covers(item.path)) for item in Organisation.objects.get_ancestors(organisation)]
    counts = member_counts([organisation.path])
    below = tree_children(user, organisation, counts)
    return OrganisationPage(
        ancestors=ancestors,
        count=_headcount(counts),
        advice=organisation_findings(organisation, local_today()),
        posts=_posts(organisation),
        children=[node for node in below if node.organisation.kind != OrganisationKind.GROUP],
        groups=[node.organisation for node in below if node.organisation.kind == OrganisationKind.GROUP],
        absorbed=list(organisation.absorbed.filter(status=OrganisationStatus.MERGED).order_by("-ended_on")),
        changes=_changes(organisation),
        undoable=_undoable(organisation, counts),
        meetings=_recent_meetings(user, organisation),
        obligations=quarter_state(user, organisation),
    )


def organisations_all() -> OrganisationQuerySet:
    """Every organisation, for a view to narrow to what its reader may reach."""
    everything: OrganisationQuerySet = Organisation.objects.all()
    return everything


def posts_in_full() -> PostQuerySet:
    return Post.objects.select_related("organisation", "member")


def default_parent(user: User) -> Organisation | None:
    """Where the reader most likely founds something: the topmost place of his right to do so."""
    for capability in (Capability.ORG_UNIT_CREATE, Capability.BRANCH_CREATE, Capability.BRANCH_UPDATE):
        found = Organisation.objects.visible_to(user, capability).active().order_by("depth", "path").first()
        if found is not None:
            return found
    return None


def member_counts(paths: Sequence[str]) -> Counts:
    """Present members at and below these paths; all of them where the root is among them. One query."""
    members = Member.objects.current().order_by()
    if all(len(path) > STEP for path in paths):
        members = members.filter(_under("organisation__path", paths))
    counts: dict[str, dict[str, int]] = {}
    rows = members.values_list("organisation__path", "category").annotate(Count("pk"))
    for path, category, count in rows:
        counts.setdefault(path, {})[category] = count
    return counts


def _headcount(counts: Counts) -> Headcount:
    return Headcount(
        full=sum(count.get(MemberCategory.FULL, 0) for count in counts.values()),
        probationary=sum(count.get(MemberCategory.PROBATIONARY, 0) for count in counts.values()),
    )


def _undoable(organisation: Organisation, counts: Counts) -> OrganisationChange | None:
    """The change that can perhaps be taken back; a founding hardly, once there are members."""
    change = last_change(organisation)
    return None if change and counts and change.kind == OrganisationChangeKind.FOUNDED else change


def _changes(organisation: Organisation) -> list[OrganisationChange]:
    """The history, latest first, each with what it reverses or what reversed it."""
    changes = organisation.changes.select_related("by", "reverses", "reversal").order_by("-effective_on", "-pk")
    return list(changes[:CHANGES_SHOWN])


def tree_roots(user: User) -> list[TreeNode]:
    """The topmost nodes that the reader may list: the committee, or the reader's units."""
    scope = user.scope(Capability.ORG_UNIT_LIST)
    top = (
        Organisation.objects.filter(depth=1) if scope.everything else Organisation.objects.filter(path__in=scope.paths)
    )
    roots = list(top.filter(status__in=STANDING))
    return _nodes(user, roots, [root.path for root in roots])


def tree_children(user: User, parent: Organisation, counts: Counts | None = None) -> list[TreeNode]:
    """The standing children of a node that the reader may list. Three queries, two where ``counts`` are given."""
    children = Organisation.objects.visible_to(user, Capability.ORG_UNIT_LIST).under(parent.path)
    return _nodes(user, list(children.filter(depth=parent.depth + 1, status__in=STANDING)), [parent.path], counts)


def _nodes(
    user: User, organisations: Sequence[Organisation], paths: Sequence[str], counts: Counts | None = None
) -> list[TreeNode]:
    """Nodes of one depth with what stands below them; ``paths`` are those under which all of it lies."""
    if not organisations:
        return []
    length = len(organisations[0].path)
    members: Counter[str] = Counter()
    for path, count in (member_counts(paths) if counts is None else counts).items():
        members[path[:length]] += sum(count.values())
    below = Organisation.objects.filter(_under("path", paths), status__in=STANDING)
    child_counts = Counter(path[:-STEP] for path in below.values_list("path", flat=True))
    view = user.scope(Capability.BRANCH_VIEW)
    return [
        TreeNode(item, members[item.path], child_counts[item.path], view.covers(item.path)) for item in organisations
    ]


def _under(field: str, paths: Sequence[str]) -> Q:
    first, *others = (Q(**{f"{field}__startswith": path}) for path in paths)
    return reduce(or_, others, first)


def _posts(organisation: Organisation) -> list[Post]:
    order = {"secretary": 0, "deputy_secretary": 1, "group_leader": 9}
    below = Q(organisation__path__startswith=organisation.path, organisation__kind=OrganisationKind.GROUP)
    mine = Q(organisation=organisation) | (below if organisation.is_branch else Q(pk=None))
    posts = Post.objects.filter(mine).on(local_today()).select_related("member", "organisation")
    return sorted(posts, key=lambda post: (order.get(post.kind, 5), post.starts_on, post.pk))


def quarter_state(user: User, organisation: Organisation) -> QuarterState | None:
    """This quarter's obligations at and below the organisation; None where the reader may not list them. One query."""
    if not user.scope(Capability.OBLIGATION_LIST).covers(organisation.path):
        return None
    today = local_today()
    quarter = period_of(today, Freq.QUARTER)
    months = periods_between(Freq.MONTH, quarter.starts_on, quarter.ends_on)
    codes = [period.code for period in (quarter, *months, period_of(today, Freq.YEAR))]
    rules: dict[str, RuleState] = {}
    for row in obligation_summary(codes, today, path=organisation.path):
        rule = rules.setdefault(row.code, RuleState(row.title))
        rule.asked += row.asked
        rule.met += row.met
        rule.overdue += row.overdue
        rule.due += row.due
    return QuarterState(quarter, [rule for rule in rules.values() if rule.asked])


def _recent_meetings(user: User, organisation: Organisation) -> list[Meeting]:
    meetings = Meeting.objects.visible_to(user, Capability.MEETING_LIST)
    meetings = meetings.filter(organisation__path__startswith=organisation.path).select_related("organisation")
    return list(meetings.order_by("-held_on", "-pk")[:RECENT_MEETINGS])


def organisations_matching(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Organisations whose name, pinyin, initials or code holds every word of ``text``."""
    queryset = queryset.alias(plain_pinyin=Replace("name_pinyin", Value(" ")))
    for word in text.lower().split():
        lookup = contains(word)
        found = Q(**{f"name__{lookup}": word}) | Q(**{f"short_name__{lookup}": word})
        if word.isascii():
            found |= Q(plain_pinyin__contains=word) | Q(initials__contains=word) | Q(code__istartswith=word)
        queryset = queryset.filter(found)
    return queryset


def organisations_found(
    user: User, capability: Capability, text: str, *, kinds: Sequence[str] = (), below: str = ""
) -> list[dict[str, Any]]:
    """At most 20 standing organisations within reach, as the autocomplete wants them. Two queries."""
    rows = Organisation.objects.visible_to(user, capability).filter(status__in=STANDING)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if below:
        rows = rows.under(below)
    found = list(organisations_matching(rows, text).order_by("depth", "path")[:FOUND_AT_MOST])
    units = unit_names(found)
    return [
        {"value": item.pk, "text": item.short_name, "hint": _hint(item, units.get(item.unit_path, ""))}
        for item in found
    ]


def path_within(user: User, capability: Capability, pk: str) -> str:
    """The path of the organisation with this id within reach, to look below; "" where there is none."""
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return ""
    reach = Organisation.objects.visible_to(user, capability)
    return reach.filter(pk=int(pk)).values_list("path", flat=True).first() or ""


def unit_names(organisations: Sequence[Organisation]) -> dict[str, str]:
    """Short names of the units that these organisations belong to, by path. One query."""
    paths = {item.unit_path for item in organisations if item.depth > 2}
    return dict(Organisation.objects.filter(path__in=paths).values_list("path", "short_name")) if paths else {}


def _hint(organisation: Organisation, unit: str) -> str:
    kind = organisation.get_kind_display()
    return f"{unit} · {kind}" if unit else str(kind)
