"""What is due once: obligations that follow one by one from records of an app above (branches/policy/deadlines.py)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from branches.choices import Frequency
from branches.models import Obligation, Requirement, Waiver
from branches.policy.deadlines import TITLE_LIMIT, Deadline, DeadlineSource, deadline_source, deadline_sources
from branches.policy.obligations import Rule, rule_on
from core.periods import Freq, period_of

CHUNK = 500
WRITTEN = ("period", "starts_on", "ends_on", "done", "title")

#: Organisation, code of the rule, subject.
Key = tuple[int, str, str]


@transaction.atomic
def deadlines_refresh(*, source: str, subjects: Collection[str]) -> None:
    """
    Bring the obligations of these subjects in line with their records: opened, moved to another day, done, or removed
    where they are due no more (those that were waived stay). To be called in the transaction that changed the records,
    with their rows locked. LookupError for a source or rule that does not stand.
    """
    known = deadline_source(source)
    if known is None:
        raise LookupError(source)
    for chunk in _chunks(sorted(set(subjects))):
        _bring_in_line(known, _stored(known).filter(subject__in=chunk), known.rows(chunk))


def deadlines_follow_logs(*, meeting_ids: Collection[int]) -> None:
    """What rests on these logs, after one was corrected or sent back: one query for each source that takes logs up."""
    for source in deadline_sources():
        subjects = list(source.of_logs(meeting_ids)) if source.of_logs else []
        if subjects:
            deadlines_refresh(source=source.name, subjects=subjects)


def deadlines_refresh_all() -> None:
    """
    The same for every record of every source: every night, since time, names and organisations change what is due
    without any record being written, and after an upgrade or a restored backup.
    """
    for source in deadline_sources():
        with transaction.atomic():
            _bring_in_line(source, _stored(source), source.rows(None))


def deadlines_differences() -> Iterator[tuple[str, Key, Any, Any]]:
    """(what, key, stored, computed) for every obligation of a deadline that is not what its record says."""
    for source in deadline_sources():
        expected = {_key(row): row for row in source.rows(None)}
        waiver = Waiver.objects.filter(obligation=OuterRef("pk"), revoked_at=None)
        stored = _by_key(_stored(source).annotate(has_waiver=Exists(waiver)))
        for key in expected.keys() - stored.keys():
            yield "missing", key, None, 1
        for key, row in stored.items():
            if row.waived != row.has_waiver:
                yield "waived", key, row.waived, row.has_waiver
            if key in expected:
                yield from _compared(key, row, expected[key])
            elif not row.waived:
                yield "extra", key, row.needed, None


def _compared(key: Key, row: Obligation, deadline: Deadline) -> Iterator[tuple[str, Key, Any, Any]]:
    for what, value in _figures(deadline).items():
        if getattr(row, what) != value:
            yield what, key, getattr(row, what), value


def _bring_in_line(source: DeadlineSource, stored: QuerySet[Obligation], deadlines: Iterable[Deadline]) -> None:
    expected = {_key(row): row for row in deadlines}
    found = _by_key(stored)
    changed = [row for key, row in found.items() if key in expected and _rewritten(row, expected[key])]
    if changed:
        Obligation.objects.bulk_update(changed, WRITTEN, batch_size=CHUNK)
    gone = [row.pk for key, row in found.items() if key not in expected]
    for chunk in _chunks(gone):
        Obligation.objects.filter(pk__in=chunk).exclude(waivers__isnull=False).delete()
    new = [expected[key] for key in expected.keys() - found.keys()]
    if new:
        versions = _versions(source)
        Obligation.objects.bulk_create((_opened(row, versions) for row in sorted(new, key=_key)), batch_size=CHUNK)


def _rewritten(row: Obligation, deadline: Deadline) -> bool:
    """Set what the record says; whether anything was different."""
    figures = _figures(deadline)
    before = {name: getattr(row, name) for name in figures}
    for name, value in figures.items():
        setattr(row, name, value)
    return before != figures


def _figures(deadline: Deadline) -> dict[str, Any]:
    """A record finished before it was even due, or asked on its last day, still spans one day."""
    return {
        "period": period_of(deadline.ends_on, Freq.MONTH).code,
        "starts_on": min(deadline.starts_on, deadline.ends_on),
        "ends_on": deadline.ends_on,
        "done": int(deadline.done),
        "title": deadline.title[:TITLE_LIMIT],
    }


def _opened(deadline: Deadline, versions: dict[str, list[Rule]]) -> Obligation:
    return Obligation(
        requirement_id=_rule_of(deadline, versions),
        organisation_id=deadline.organisation_id,
        subject=deadline.subject,
        needed=1,
        **_figures(deadline),
    )


def _rule_of(deadline: Deadline, versions: dict[str, list[Rule]]) -> int:
    """The version in force on the day on which it was asked, the first one for what is older than the rule."""
    dated = versions.get(deadline.rule)
    if not dated:
        raise LookupError(f"no rule {deadline.rule} of the frequency once")
    return (rule_on(dated, deadline.starts_on) or dated[0]).pk


def _versions(source: DeadlineSource) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    rows = Requirement.objects.filter(frequency=Frequency.ONCE, measure=source.name).order_by("code", "valid_from")
    for rule in rows:
        found.setdefault(rule.code, []).append(Rule(*attrgetter(*Rule._fields)(rule)))
    return found


def _stored(source: DeadlineSource) -> QuerySet[Obligation]:
    rows = Obligation.objects.filter(requirement__measure=source.name, requirement__frequency=Frequency.ONCE)
    return rows.exclude(subject="").select_related("requirement").order_by("pk")


def _by_key(rows: QuerySet[Obligation]) -> dict[Key, Any]:
    return {(row.organisation_id, row.requirement.code, row.subject): row for row in rows}


def _key(deadline: Deadline) -> Key:
    return (deadline.organisation_id, deadline.rule, deadline.subject)


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
