"""The home page: what I must do now, what comes next, how my organisation stands (mission.md P1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.roles import ANSWERING_ROLES, Capability
from branches.choices import Frequency, MeetingStatus, OrganisationKind
from branches.models import Meeting, MeetingDraft, Obligation, Organisation, RosterBatch
from branches.selectors.obligations import Due, State, Summary, overdue_on, summarised, todo_of
from core.duties import Duty
from core.periods import Freq, Period, period_of, periods_between
from reports.selectors.home_duties import duties

if TYPE_CHECKING:
    from accounts.models import User

#: Lines of the list of things to do; the rest is counted and opens as a list.
SHOWN = 12
LAST_QUARTER = 4
PRESSING = (State.OVERDUE, State.DUE_SOON)


@dataclass(frozen=True)
class Tile:
    label: str
    figure: str
    url: str
    tone: str = ""


@dataclass
class Home:
    period: Period
    todo: list[Duty] = field(default_factory=list)
    more: int = 0
    more_url: str = ""
    coming: list[Duty] = field(default_factory=list)
    tiles: list[Tile] = field(default_factory=list)
    places: str = ""
    shortcuts: list[Tile] = field(default_factory=list)


def home_for(user: User, today: date) -> Home:
    """Everything on the page, in a number of queries that depends on the roles held and on nothing else."""
    home = Home(period=period_of(today, Freq.QUARTER))
    postings = user.current_postings
    home.places = "、".join(dict.fromkeys(posting.place for posting in postings))
    if user.roles & ANSWERING_ROLES:
        _asked_of(home, user, today)
    if user.can(Capability.IMPORT_COMMIT):
        home.todo.extend(_batches(user))
    home.todo.extend(duties(user, today))
    if user.can(Capability.OBLIGATION_LIST):
        _state(home, user, today)
    home.shortcuts = list(_shortcuts(user))
    return home


def _own(user: User) -> QuerySet[Organisation]:
    """The branches for which the reader writes logs, and what the reader's own postings answer for."""
    places = [posting.path for posting in user.current_postings if posting.role in ANSWERING_ROLES]
    written = Organisation.objects.visible_to(user, Capability.MEETING_SUBMIT).branches()
    return Organisation.objects.filter(Q(path__in=places) | Q(pk__in=written.values("pk")))


def _asked_of(home: Home, user: User, today: date) -> None:
    """
    Returned logs first, then drafts, then what is near its end, then what was just missed, the latest first. What
    was missed before the last quarter began is counted in a tile and no longer asked for here.
    """
    home.todo.extend(_returned(user))
    home.todo.extend(_drafts(user))
    own = list(_own(user).values_list("pk", flat=True))
    due = todo_of(own, today, since=home.period.previous().starts_on)
    several = len(own) > 1
    soon = [item for item in due if item.state == State.DUE_SOON]
    missed = [item for item in reversed(due) if item.state == State.OVERDUE]
    now = [_due(item, several) for item in (*soon, *missed)]
    home.coming = [_due(item, several) for item in due if item.state not in PRESSING][:SHOWN]
    room = max(SHOWN - len(home.todo), 1)
    home.todo.extend(now[:room])
    home.more = max(len(now) - room, 0)
    home.more_url = f"{reverse('branches:obligation_list')}?state=behind"


def _due(item: Due, name_branch: bool) -> Duty:
    obligation, rule = item.obligation, item.obligation.requirement
    overdue = item.state == State.OVERDUE
    until = f"{obligation.ends_on.month}月{obligation.ends_on.day}日{'已到期' if overdue else '前'}"
    done = f"应{obligation.needed}次，已{obligation.done}次" if obligation.needed > 1 else ""
    place = obligation.organisation.short_name if name_branch else ""
    return Duty(
        title=item.title,
        detail=" · ".join(filter(None, (until, done, place, f"{rule.source}{rule.article}"))),
        url=item.act.url,
        action=item.act.label,
        tone=item.state.tone,
        label=item.state.label if item.state in PRESSING else "",
    )


def _returned(user: User) -> Iterator[Duty]:
    returned = Meeting.objects.visible_to(user, Capability.MEETING_CORRECT).filter(status=MeetingStatus.RETURNED)
    for meeting in returned.order_by("-held_on")[:SHOWN]:
        url = reverse("branches:meeting_correct", args=[meeting.pk])
        yield Duty(f"退回的记录：{meeting.title}", f"原因：{meeting.return_reason}", url, "更正", "overdue", "已退回")


def _drafts(user: User) -> Iterator[Duty]:
    drafts = MeetingDraft.objects.visible_to(user, Capability.DRAFT_UPDATE).filter(by=user)
    for draft in drafts.order_by("-updated_at")[:3]:
        url = reverse("branches:draft_edit", args=[draft.pk])
        yield Duty(f"未写完的记录：{draft}", "已自动保存，可以继续写", url, "继续写", "draft", "草稿")


def _batches(user: User) -> Iterator[Duty]:
    waiting = RosterBatch.objects.visible_to(user, Capability.IMPORT_COMMIT).filter(
        state=RosterBatch.State.PREVIEW, error_count=0
    )
    for batch in waiting.order_by("created_at")[:SHOWN]:
        detail = f"新增{batch.created_count}人，更新{batch.updated_count}人"
        url = reverse("branches:roster_preview", args=[batch.pk])
        yield Duty(f"待确认的名册：{batch.file_name}", detail, url, "查看", "due", "待确认")


def _state(home: Home, user: User, today: date) -> None:
    """The rules of this quarter, and what is overdue this year; each figure opens to its rows."""
    visible = Obligation.objects.visible_to(user, Capability.OBLIGATION_LIST)
    figures: dict[str, list[Summary]] = {}
    for summary in summarised(visible, _codes(home.period), today):
        figures.setdefault(summary.code, []).append(summary)
    listed, matrix = reverse("branches:obligation_list"), reverse("branches:obligation_matrix")
    once = [each for found in figures.values() for each in found if each.frequency == Frequency.ONCE]
    for code, found in figures.items():
        if found[0].frequency == Frequency.ONCE:
            continue
        page = matrix if found[0].audience == OrganisationKind.BRANCH else listed
        query = urlencode({"period": home.period.code, "rule": code})
        home.tiles.append(_tile(found[0].title, found, f"{page}?{query}"))
    if once:
        query = urlencode({"period": home.period.code, "kind": "once"})
        home.tiles.append(_tile("限时事项和任务", once, f"{listed}?{query}"))
    overdue = visible.filter(overdue_on(today), ends_on__gte=date(today.year, 1, 1)).count()
    url = f"{reverse('branches:obligation_list')}?{urlencode({'state': 'overdue', 'period': today.year})}"
    home.tiles.append(Tile("今年逾期未做", str(overdue), url, "overdue" if overdue else "done"))


def _tile(label: str, found: list[Summary], url: str) -> Tile:
    met, asked = sum(each.met for each in found), sum(each.asked for each in found)
    tone = "overdue" if any(each.overdue for each in found) else "done" if met == asked else ""
    return Tile(label, f"{met}/{asked}", url, tone)


def _codes(quarter: Period) -> list[str]:
    """Every period that ends in the quarter: its months, itself, and the year in the last one."""
    months = [each.code for each in periods_between(Freq.MONTH, quarter.starts_on, quarter.ends_on)]
    return [*months, quarter.code, *([str(quarter.year)] if quarter.number == LAST_QUARTER else [])]


def _shortcuts(user: User) -> Iterator[Tile]:
    """The one or two pages that each role opens most."""
    if user.can(Capability.MEETING_SUBMIT):
        yield Tile("写会议记录", "pencil-plus", reverse("branches:meeting_new"))
    if user.can(Capability.REPORT_UNIT_VIEW):
        yield Tile("季度报表", "report-analytics", reverse("reports:report_list"))
    if user.can(Capability.IMPORT_COMMIT):
        yield Tile("导入党员名册", "file-import", reverse("branches:roster_upload"))
    if user.can(Capability.ACCOUNT_LIST):
        yield Tile("账号", "user-cog", reverse("accounts:user_list"))
    if user.can(Capability.AUDIT_SEARCH_ADMIN):
        yield Tile("审计", "shield-search", reverse("core:audit_list"))
