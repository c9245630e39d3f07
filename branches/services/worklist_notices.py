"""Who is told of a task: those posted at the organisation that answers for it, else its unit's staff."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Posting, User
from accounts.roles import Role
from branches.models import Organisation, Worklist, WorklistItem
from branches.services.departures import notices_to
from core.calendar import local_now, office_moment
from core.notices import NoticeRow, notices_send

ANSWERING = (Role.BRANCH_SECRETARY, Role.UNIT_STAFF, Role.UNIT_DISCIPLINE, Role.CITY_STAFF)


def answering_users(organisations: Iterable[Organisation]) -> dict[int, set[int]]:
    """Ids of the users who answer for each of these organisations, by its id. At most two queries."""
    places = {place.pk: place for place in organisations}
    found: dict[int, set[int]] = defaultdict(set)
    posted = Posting.objects.current().filter(role__in=ANSWERING, user__is_active=True)
    for place, user in posted.filter(organisation__in=places).values_list("organisation", "user"):
        found[place].add(user)
    left = {pk: place.unit_path for pk, place in places.items() if pk not in found}
    if left:
        staff = _staff(set(left.values()))
        found.update({pk: staff[unit] for pk, unit in left.items() if unit in staff})
    return found


def _staff(units: set[str]) -> dict[str, set[int]]:
    below = Q()
    for unit in units:
        below |= Q(organisation__path__startswith=unit)
    found: dict[str, set[int]] = defaultdict(set)
    posted = Posting.objects.current().filter(below, role=Role.UNIT_STAFF, user__is_active=True)
    for path, user in posted.values_list("organisation__path", "user"):
        found[path[: 2 * Organisation.steplen]].add(user)
    return found


def tasks_given(by: User, worklist: Worklist, items: Sequence[WorklistItem]) -> None:
    """交办: one notice to each, however many of these tasks are theirs."""
    own: dict[int, list[WorklistItem]] = defaultdict(list)
    users = answering_users(item.organisation for item in items)
    for item in items:
        for user in users.get(item.organisation_id, set()) - {by.pk}:
            own[user].append(item)
    key = _key("worklist-given", worklist.pk)
    rows = [NoticeRow(user, key, *_given(by, worklist, mine)) for user, mine in sorted(own.items())]
    if rows:
        notices_send(rows=rows, due_at=office_moment(local_now()))


def _given(by: User, worklist: Worklist, items: Sequence[WorklistItem]) -> tuple[str, str, str]:
    """Subject, body and address of the notice."""
    first, source = items[0], f"{by.name}（{worklist.title}）"
    if len(items) == 1:
        body = f"{source}交办：{first.task}。完成时限{first.due_on:%Y-%m-%d}。"
        return f"新任务：{first.task}"[:200], body, reverse("branches:worklist_item", args=[first.pk])
    body = f"{source}交办{len(items)}项任务，最早的完成时限是{min(item.due_on for item in items):%Y-%m-%d}。"
    return (
        f"{len(items)}项新任务：{worklist.title}"[:200],
        body,
        reverse("branches:worklist_detail", args=[worklist.pk]),
    )


def task_told(by: User, item: WorklistItem, what: str, text: str, also: Iterable[int | None] = ()) -> None:
    """What was said about one task, to whoever answers for it and to these users."""
    users = answering_users([item.organisation]).get(item.organisation_id, set()) | {user for user in also if user}
    notices_to(
        sorted(users - {by.pk}),
        key=_key("worklist", item.pk),
        subject=f"{what}：{item.task}"[:200],
        body=f"{by.name}（{item.worklist.title}）：{text} 完成时限{item.due_on:%Y-%m-%d}。",
        url=reverse("branches:worklist_item", args=[item.pk]),
    )


def _key(what: str, pk: int) -> str:
    return f"{what}:{pk}:{timezone.now():%Y%m%d%H%M%S%f}"
