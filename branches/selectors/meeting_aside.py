"""What stands beside the page of minutes: how it was last time, and an agenda to begin with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from branches.choices import PRESENT_STATUSES, MeetingKind, MeetingStatus
from branches.models import AgendaTemplate, Attendance, Meeting, Organisation

#: How many earlier meetings show on which day of the month they are usually held.
EARLIER = 3
_SHIPPED = Path(__file__).parents[1] / "fixtures" / "agenda_templates.json"


@dataclass(frozen=True, slots=True)
class Aside:
    """
    ``last``: the latest meeting of this kind before, None for the first; ``absent``: who was not there, and why;
    ``days``: when it was held lately, latest first; ``template``: an agenda, and whether it is the branch's own.
    """

    last: Meeting | None
    absent: tuple[Attendance, ...]
    days: tuple[date, ...]
    template: str
    is_own: bool

    @property
    def topics(self) -> list[str]:
        """What was on the agenda last time, line by line."""
        return [line.strip() for line in self.last.agenda.splitlines() if line.strip()] if self.last else []


def aside_of(
    branch: Organisation, kind: str, day: date, group_id: int | None = None, but: Meeting | None = None
) -> Aside:
    """How the branch (or group) held this kind before ``day``, and the agenda for it. Three queries."""
    earlier = Meeting.objects.filter(organisation=branch, kind=kind, held_on__lte=day, group_id=group_id)
    earlier = earlier.exclude(status=MeetingStatus.VOID).exclude(pk=but.pk if but else None)
    logs = list(earlier.only("title", "held_on", "agenda", "kind").order_by("-held_on", "-pk")[:EARLIER])
    last = logs[0] if logs else None
    absent: tuple[Attendance, ...] = ()
    if last:
        lines = Attendance.objects.filter(meeting=last, guest=None).exclude(status__in=PRESENT_STATUSES)
        absent = tuple(lines.select_related("member").order_by("member__name_pinyin", "member_id"))
    own = AgendaTemplate.objects.filter(organisation=branch, kind=kind).values_list("text", flat=True).first()
    return Aside(last, absent, tuple(log.held_on for log in logs), own or shipped_agenda(kind), own is not None)


@cache
def _shipped() -> dict[str, str]:
    rows = json.loads(_SHIPPED.read_text(encoding="utf-8"))
    return {row["kind"]: "\n".join(row["lines"]) for row in rows}


def shipped_agenda(kind: str) -> str:
    """The agenda that the portal ships for this kind; "" for none."""
    return _shipped().get(kind, "")


@dataclass(frozen=True, slots=True)
class Agenda:
    """The agenda of one kind in one branch."""

    kind: str
    label: str
    text: str
    is_own: bool


def agendas_of(branch: Organisation) -> list[Agenda]:
    """The agenda of every kind, the branch's own where it has one. One query."""
    own = dict(AgendaTemplate.objects.filter(organisation=branch).values_list("kind", "text"))
    return [
        Agenda(kind, label, own.get(kind) or shipped_agenda(kind), kind in own) for kind, label in MeetingKind.choices
    ]
