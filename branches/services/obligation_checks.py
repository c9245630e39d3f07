"""All obligations recomputed from the logs and compared with what is stored: nothing here trusts a stored figure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import F

from branches.choices import MeetingStatus
from branches.models import Meeting, MeetingBranch, MeetingCount, Requirement
from branches.services import obligation_sql as sql
from branches.services.deadlines import deadlines_differences, deadlines_refresh_all
from branches.services.meeting_parts import logs_count
from branches.services.obligation_facts import derived, facts_gather, run
from branches.services.obligations import obligations_open, obligations_reopen_for, organisations_lock
from core import audit

FIGURES = ("needed", "done", "waived", "starts_on", "ends_on")
WHAT = {
    "missing": "缺少事项",
    "extra": "多出事项",
    "needed": "应做次数",
    "done": "已做次数",
    "waived": "减免标记",
    "period": "期间",
    "title": "事项名称",
    "starts_on": "起始日期",
    "ends_on": "截止日期",
    "count": "计入行与会议记录不一致",
    "uncounted": "会议记录没有计入",
}


class Difference(NamedTuple):
    """One figure that is not what the facts say; ``where`` is a period, the subject of a deadline, or "#" and a log."""

    what: str
    organisation_id: int
    rule: str
    where: str
    stored: Any = None
    computed: Any = None

    @property
    def label(self) -> str:
        return WHAT[self.what]


def obligations_verify() -> list[Difference]:
    """
    Every difference between the stored obligations and what follows from rules, organisations, posts, waivers, logs and
    records with a day of their own, and every count row that does not follow from its log. At most some ten thousand
    are told. All of it is seen at one moment: a log saved meanwhile would else look like a difference.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        codes = dict(Requirement.objects.values_list("pk", "code"))
        facts = facts_gather()
        with derived(facts):
            rows = run(facts, sql.FINDINGS)
        found = [difference for row in rows for difference in _differences(row, codes)]
        counted = _count_differences()
        once = [Difference(what, *key, old, new) for what, key, old, new in deadlines_differences()]
    return sorted([*counted, *found, *once], key=lambda each: (each.organisation_id, each.where, each.rule))


def obligations_verify_nightly() -> int:
    """Verify, and leave the result in the audit trail; how many differences there are. Nothing is mended unseen."""
    differences = obligations_verify()
    told = [f"{each.organisation_id} {each.rule} {each.where} {each.what}" for each in differences[:20]]
    with transaction.atomic():
        audit.record(
            by=None,
            action="obligation.verify",
            after={"differences": len(differences), "first": told},
            result="failed" if differences else "ok",
        )
    return len(differences)


def obligations_mend(differences: list[Difference]) -> None:
    """Bring the stored rows back to the facts, branch by branch; audited."""
    branches = sorted({difference.organisation_id for difference in differences})
    for start in range(0, len(branches), 100):
        with transaction.atomic():
            ids = branches[start : start + 100]
            organisations_lock(ids)
            _recount([each for each in differences if each.organisation_id in ids and each.where.startswith("#")])
            obligations_reopen_for(organisation_ids=ids)
    obligations_open()
    deadlines_refresh_all()
    audit.record(by=None, action="obligation.mend", after={"differences": len(differences), "branches": len(branches)})


def _recount(differences: list[Difference]) -> None:
    """Write the count rows of these logs anew."""
    logs = Meeting.objects.filter(pk__in={int(each.where[1:]) for each in differences})
    MeetingCount.objects.filter(meeting__in=logs).delete()
    submitted = logs.filter(status=MeetingStatus.SUBMITTED).prefetch_related("guests")
    logs_count((log, [guest.organisation_id for guest in log.guests.all()]) for log in submitted)


def _differences(row: tuple[Any, ...], codes: dict[int, str]) -> Iterator[Difference]:
    organisation_id, requirement_id, period = row[:3]
    stored, computed, is_extra = _typed(row[3:8]), _typed(row[8:13]), row[13]
    place = (organisation_id, codes[requirement_id], period)
    if stored[0] is None:
        yield Difference("missing", *place, None, computed[0])
    elif is_extra:
        yield from _extra(place, stored, computed)
    else:
        for what, old, new in zip(FIGURES, stored, computed, strict=True):
            if old != new:
                yield Difference(what, *place, old, new)


def _extra(place: tuple[int, str, str], stored: list[Any], computed: list[Any]) -> Iterator[Difference]:
    """A row that no rule asks for stays while there is work or a waiver in it; these two are then compared as ever."""
    compared = [each for each in zip(FIGURES, stored, computed, strict=True) if each[0] in ("done", "waived")]
    wrong = [Difference(what, *place, old, new) for what, old, new in compared if old != new]
    yield from wrong or [Difference("extra", *place, stored[0], None)]


def _typed(values: tuple[Any, ...]) -> list[Any]:
    """Values as PostgreSQL gives them; SQLite answers texts for dates and numbers for truths."""
    needed, done, waived, starts_on, ends_on = values
    return [needed, done, None if waived is None else bool(waived), _day(starts_on), _day(ends_on)]


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _count_differences() -> list[Difference]:
    with connection.cursor() as cursor:
        cursor.execute(sql.LOGS)
        found = [Difference(what, branch, kind, f"#{pk}") for branch, pk, kind, what in cursor.fetchall()]
    return found + _also_differences()


def _also_differences() -> list[Difference]:
    """Further kinds as which a log counts, against those that it names itself."""
    logs = Meeting.objects.filter(status=MeetingStatus.SUBMITTED).exclude(also_kinds=[])
    guests: dict[int, list[int]] = {}
    for pk, branch in MeetingBranch.objects.filter(meeting__in=logs).values_list("meeting_id", "organisation_id"):
        guests.setdefault(pk, []).append(branch)
    named = {
        (branch, pk, kind)
        for host, pk, kinds in logs.values_list("organisation_id", "pk", "also_kinds")
        for branch in (host, *guests.get(pk, ()))
        for kind in kinds
    }
    counts = MeetingCount.objects.filter(meeting__status=MeetingStatus.SUBMITTED)
    rows = counts.exclude(kind=F("meeting__kind")).values_list("organisation_id", "meeting_id", "kind")
    counted = set(rows)
    wrong = [("uncounted", each) for each in named - counted] + [("count", each) for each in counted - named]
    return [Difference(what, branch, kind, f"#{pk}") for what, (branch, pk, kind) in wrong]
