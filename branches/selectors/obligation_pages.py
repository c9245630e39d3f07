"""One obligation with all that its page shows: the logs or records counted for it, its waivers, who may do what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import Capability
from accounts.scopes import STEP, UNIT_DEPTH
from branches.choices import MeetingKind, OrganisationKind, RequirementCondition
from branches.models import Meeting, MeetingCount, Obligation, Organisation, RequirementKind, Waiver
from branches.policy.deadlines import deadline_source
from branches.policy.measures import measure_of
from branches.policy.obligations import State
from branches.selectors.obligation_rules import asked_words
from branches.selectors.obligations import state_of_row
from core.calendar import local_today


@dataclass(frozen=True)
class Record:
    """A log that was counted, and as what."""

    meeting: Meeting
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Measured:
    """What was counted where it is not logs: (label, how many), and where it is listed and recorded by this reader."""

    label: str
    hint: str
    lines: tuple[tuple[str, int], ...]
    url: str
    record_url: str


@dataclass(frozen=True)
class ObligationPage:
    """One obligation: the rule, the logs counted for it, which groups met, its waivers, and what the reader may do."""

    obligation: Obligation
    state: State
    period_title: str
    unit: str
    records: tuple[Record, ...]
    groups: tuple[tuple[Organisation, bool], ...]
    waivers: tuple[Waiver, ...]
    kinds: tuple[str, ...]
    may_record: bool
    may_waive: bool
    measured: Measured | None = None

    @property
    def open_waiver(self) -> Waiver | None:
        return next((waiver for waiver in self.waivers if waiver.revoked_at is None), None)

    @property
    def asked(self) -> str:
        """How often the rule asks it of every branch, in words."""
        return asked_words(self.obligation.requirement)

    @property
    def missing(self) -> int:
        return max(self.obligation.needed - self.obligation.done, 0)

    @property
    def hint(self) -> str:
        """What would be counted here."""
        if self.measured:
            return self.measured.hint
        kinds = "、".join(MeetingKind(kind).label for kind in self.kinds)
        return f"{kinds}的记录提交后自动计入，不需要另外填报。"


def obligations_in_full() -> QuerySet[Obligation]:
    return Obligation.objects.select_related("requirement", "organisation")


def obligation_page(user: User, obligation: Obligation) -> ObligationPage:
    """All that the page of an obligation shows."""
    path = obligation.organisation.path
    kinds = tuple(obligation.requirement.kinds.order_by("pk").values_list("kind", flat=True))
    records = obligation_records(obligation)
    waivers = Waiver.objects.filter(obligation=obligation).select_related("by", "revoked_by")
    return ObligationPage(
        obligation=obligation,
        state=state_of_row(obligation, local_today()),
        period_title=obligation.when,
        unit=unit_names([path]).get(path[: STEP * UNIT_DEPTH], ""),
        records=tuple(records),
        groups=tuple(_groups(obligation, records)),
        waivers=tuple(waivers),
        kinds=kinds,
        may_record=obligation.starts_on <= local_today() and user.scope(Capability.MEETING_SUBMIT).covers(path),
        may_waive=user.scope(Capability.OBLIGATION_WAIVE).covers(path),
        measured=_measured(user, obligation),
    )


def _measured(user: User, obligation: Obligation) -> Measured | None:
    if obligation.subject:
        return _recorded(user, obligation)
    measure = measure_of(obligation.requirement.measure)
    if measure is None:
        return None
    span = (obligation.organisation_id, obligation.starts_on, obligation.ends_on)

    def reached(capability: str) -> bool:
        return bool(capability) and user.scope(Capability(capability)).covers(obligation.organisation.path)

    return Measured(
        measure.label,
        measure.hint,
        tuple(measure.lines(*span)) if measure.lines else (),
        measure.url(*span) if measure.url and reached(measure.capability) else "",
        measure.record_url(span[0]) if measure.record_url and reached(measure.record_capability) else "",
    )


def _recorded(user: User, obligation: Obligation) -> Measured | None:
    """The one record from which a deadline follows."""
    source = deadline_source(obligation.requirement.measure)
    if source is None:
        return None
    path = obligation.organisation.path
    opens = not source.capability or user.scope(Capability(source.capability)).covers(path)
    return Measured(source.label, source.hint, (), source.url(obligation.subject) if opens else "", "")


def obligation_records(obligation: Obligation) -> list[Record]:
    """The logs from which ``done`` was counted, the earliest first. One query."""
    counts = (
        MeetingCount.objects.filter(
            organisation=obligation.organisation_id, held_on__range=(obligation.starts_on, obligation.ends_on)
        )
        .filter(kind__in=RequirementKind.objects.filter(requirement=obligation.requirement_id).values("kind"))
        .select_related("meeting__group")
        .order_by("held_on", "meeting_id", "kind")
    )
    found: dict[int, tuple[Meeting, list[str]]] = {}
    for count in counts:
        found.setdefault(count.meeting_id, (count.meeting, []))[1].append(MeetingKind(count.kind).label)
    return [Record(meeting, tuple(kinds)) for meeting, kinds in found.values()]


def _groups(obligation: Obligation, records: Iterable[Record]) -> list[tuple[Organisation, bool]]:
    """Where each group is asked: those standing on the first day, and whether each met."""
    if obligation.requirement.condition != RequirementCondition.HAS_GROUPS:
        return []
    met = {record.meeting.group_id for record in records}
    groups = Organisation.objects.groups_of(obligation.organisation)
    return [(group, group.pk in met) for group in groups.standing_on(obligation.starts_on)]


def unit_names(paths: Iterable[str] = ()) -> dict[str, str]:
    """Short names of units by path: of those above these organisations, or of all."""
    units = Organisation.objects.of_kind(OrganisationKind.UNIT)
    above = {path[: STEP * UNIT_DEPTH] for path in paths}
    return dict((units.filter(path__in=above) if above else units).values_list("path", "short_name"))


def waivers_in_full() -> QuerySet[Waiver]:
    return Waiver.objects.select_related("obligation__organisation", "obligation__requirement")
