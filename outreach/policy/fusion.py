"""Figures before and after (domain.md §11): plain arithmetic, judged by nobody here."""

from __future__ import annotations

from decimal import Decimal

PLANNED, ONGOING, FINISHED, CANDIDATE, STOPPED = "planned", "ongoing", "finished", "candidate", "stopped"
#: What may follow what.
STATES: dict[str, tuple[str, ...]] = {
    PLANNED: (ONGOING, STOPPED),
    ONGOING: (FINISHED, STOPPED),
    FINISHED: (CANDIDATE, ONGOING),
    CANDIDATE: (FINISHED,),
}
TOLD = (FINISHED, CANDIDATE, STOPPED)


def states_after(state: str) -> tuple[str, ...]:
    return STATES.get(state, ())


def change_of(base: Decimal, now: Decimal | None) -> str:
    """The difference with its sign, and in percent of the base where there is one; "" while there is no figure yet."""
    if now is None:
        return ""
    difference = now - base
    plain = f"{difference:+.2f}".rstrip("0").rstrip(".")
    plain = "0" if plain in ("+0", "-0") else plain
    return f"{plain}（{difference / abs(base) * 100:+.1f}%）" if base else plain
