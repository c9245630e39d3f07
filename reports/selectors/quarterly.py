"""What a quarterly report says, read from the obligations and logs as they stand at one moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet

from branches.choices import MeetingKind, MeetingStatus, OrganisationKind
from branches.models import Meeting, MeetingCount, Obligation, Organisation
from branches.selectors.obligations import obligation_state
from branches.selectors.organisation_past import Place, below, tree_on
from core.periods import LOCAL_ZONE, Period, parse_period
from reports.policy import rate

RECORDS = "records"
#: Headings of a rule's sheet and of the sheet of records, in the order of the rows.
RULE_HEADINGS = ("单位", "党组织", "党组织代码", "期间或事项", "应做次数", "已做次数", "情况", "截止日期")
RECORD_HEADINGS = (
    "日期", "单位", "党支部", "会议类型", "计为", "主题", "应到", "实到", "应到有表决权", "实到有表决权", "补记",
    "状态", "提交日期", "记录编号",
)  # fmt: skip
STATE_COLUMN = RULE_HEADINGS.index("情况")

Row = list[Any]


@dataclass
class RuleFigures:
    """One rule over the quarter; an item is one branch in one period."""

    code: str
    title: str
    source: str
    label: str
    states: Counter[str] = field(default_factory=Counter)

    @property
    def as_dict(self) -> dict[str, Any]:
        items, done, waived = self.states.total(), self.states["已完成"], self.states["已减免"]
        return {
            "code": self.code,
            "title": self.title,
            "source": self.source,
            "label": self.label,
            "items": items,
            "done": done,
            "waived": waived,
            "open": items - done - waived,
            "rate": rate(done, items - waived),
        }


@dataclass
class Snapshot:
    """Everything that a report freezes: the summary, and rows by sheet."""

    summary: dict[str, Any]
    sheets: dict[str, list[Row]]


def quarter_snapshot(organisation: Organisation, period: Period, as_of: date) -> Snapshot:
    """
    The quarter of ``organisation`` and of everything that lay below it when the quarter ended, under the names of that
    day, whatever was moved, merged or renamed since. To be read in one transaction that sees one moment.
    """
    names = Names.at(organisation, min(period.ends_on, as_of))
    rules: dict[str, RuleFigures] = {}
    units: dict[str, dict[str, Counter[str]]] = {}
    sheets: dict[str, list[Row]] = {}
    for code, unit, state, row in _obligations(period, as_of, names, rules):
        rules[code].states[state] += 1
        units.setdefault(unit, {}).setdefault(code, Counter())[state] += 1
        sheets.setdefault(code, []).append(row)
    records = list(_records(period, names))
    sheets[RECORDS] = records
    summary = {
        "organisation": organisation.name,
        "period": period.code,
        "as_of": as_of.isoformat(),
        "branches": _branch_count(names),
        "rules": [rules[code].as_dict for code in sorted(rules)],
        "units": [_unit_figures(unit, figures) for unit, figures in units.items()],
        "meetings": _meeting_figures(records),
    }
    return Snapshot(summary, sheets)


@dataclass(frozen=True)
class Names:
    """The tree of the day for which a report speaks; ``inside`` None is everything."""

    day: date
    places: dict[int, Place]
    inside: set[int] | None

    @classmethod
    def at(cls, organisation: Organisation, day: date) -> Names:
        places = tree_on(day, since=date.min)
        whole = organisation.kind == OrganisationKind.WORK_COMMITTEE
        return cls(day, places, None if whole else below(places, organisation.pk))

    def unit(self, pk: int) -> str:
        place = self.places.get(pk)
        return self.places[place.unit].short_name if place and place.unit is not None else ""

    def name(self, pk: int, now: str) -> str:
        """The name on that day; ``now`` for what was founded later."""
        return self.places[pk].short_name if pk in self.places else now

    def rows(self, queryset: QuerySet[Any], column: str = "organisation") -> QuerySet[Any]:
        """The rows of what is inside."""
        return queryset if self.inside is None else queryset.filter(**{f"{column}__in": self.inside})


def _obligations(
    period: Period, as_of: date, names: Names, rules: dict[str, RuleFigures]
) -> Iterator[tuple[str, str, str, Row]]:
    """
    Rule code, unit, state and sheet row of each obligation that falls due in the quarter; fills ``rules`` on the
    way.
    """
    found = names.rows(Obligation.objects.filter(ends_on__range=(period.starts_on, period.ends_on)))
    found = found.order_by("organisation__path", "requirement__code", "period")
    columns = found.values_list(
        "requirement__code", "requirement__title", "requirement__source", "requirement__article", "requirement__label",
        "organisation_id", "organisation__short_name", "organisation__code", "period", "needed", "done", "waived",
        "starts_on", "ends_on", "requirement__level", "title",
    )  # fmt: skip
    for (
        code,
        title,
        source,
        article,
        label,
        place,
        name,
        number,
        span,
        needed,
        done,
        waived,
        starts,
        ends,
        level,
        what,
    ) in columns.iterator(chunk_size=5000):
        if code not in rules:
            rules[code] = RuleFigures(code, title, f"{source}{article}", label)
        unit, when = names.unit(place), what or parse_period(span).title
        state = obligation_state(done, needed, waived, starts, ends, as_of, level).label
        yield (
            code,
            unit,
            state,
            [
                unit,
                names.name(place, name),
                number,
                when,
                needed,
                done,
                state,
                ends.isoformat(),
            ],
        )


def _meetings(period: Period, names: Names) -> QuerySet[Meeting]:
    held = Meeting.objects.filter(held_on__range=(period.starts_on, period.ends_on)).exclude(status=MeetingStatus.VOID)
    return names.rows(held)


def _records(period: Period, names: Names) -> Iterator[Row]:
    meetings = _meetings(period, names)
    kinds = _counted_kinds(period, names)
    columns = meetings.order_by("organisation__path", "held_on", "pk").values_list(
        "pk", "held_on", "organisation_id", "organisation__short_name", "kind", "title", "expected", "present",
        "expected_voting", "present_voting", "is_late_entry", "status", "submitted_at",
    )  # fmt: skip
    for pk, day, place, name, kind, title, *figures, late, status, at in columns.iterator(chunk_size=5000):
        submitted = at.astimezone(LOCAL_ZONE).date()
        yield [
            day.isoformat(), names.unit(place), names.name(place, name), MeetingKind(kind).label,
            "、".join(kinds.get(pk, ())), title, *figures, "是" if late else "", MeetingStatus(status).label,
            submitted.isoformat(), pk,
        ]  # fmt: skip


def _counted_kinds(period: Period, names: Names) -> dict[int, list[str]]:
    """Labels of what each log of the quarter counts as; a joint one counts as it once for each branch, said once."""
    counts = names.rows(MeetingCount.objects.filter(held_on__range=(period.starts_on, period.ends_on)))
    kinds: dict[int, list[str]] = {}
    for meeting_id, kind in counts.order_by("pk").values_list("meeting_id", "kind").iterator(chunk_size=5000):
        labels = kinds.setdefault(meeting_id, [])
        if (label := MeetingKind(kind).label) not in labels:
            labels.append(label)
    return kinds


def _branch_count(names: Names) -> int:
    return names.rows(Organisation.objects.branches().standing_on(names.day), "pk").count()


def _unit_figures(unit: str, figures: dict[str, Counter[str]]) -> dict[str, Any]:
    rules = {
        code: {"items": states.total(), "done": states["已完成"], "waived": states["已减免"]}
        for code, states in figures.items()
    }
    return {"unit": unit, "rules": rules}


def _meeting_figures(records: list[Row]) -> dict[str, Any]:
    kinds = Counter(row[3] for row in records)
    late = sum(row[10] == "是" for row in records)
    return {"count": len(records), "late": late, "kinds": dict(sorted(kinds.items(), key=lambda item: -item[1]))}
