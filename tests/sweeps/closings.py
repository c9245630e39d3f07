"""归档 for the permission sweep."""

from __future__ import annotations

from datetime import timedelta

from accounts.models import User
from branches.services.closings import quarters_close
from core.calendar import local_today
from core.periods import Freq, period_of
from tests.sweep import At, Entry, Target, World, branch, page, thing


def _quarter(world: World, place: str, actor: User) -> Target:
    """The quarter before the last one: over for longer than it takes to close by itself."""
    world.once("quarters", quarters_close)
    period = period_of(local_today() - timedelta(days=200), Freq.QUARTER)
    return Target({"pk": world.branch(place).pk, "period": period.code}, world.branch(place).path)


quarter: At = _quarter

ENTRIES: dict[str, Entry] = {
    "branches:quarter_list": page("quarter.view"),
    "branches:quarter_export": page("export.create"),
    "branches:late_entry_list": page("meeting.history"),
    "branches:late_entry_export": page("export.create"),
    "branches:quarter_branch": thing("quarter.view", branch),
    "branches:quarter_detail": thing("quarter.view", quarter),
    "branches:quarter_close": thing("quarter.close", quarter, seen_by="quarter.view"),
    "branches:quarter_request": thing("quarter.close", quarter, seen_by="quarter.view"),
    "branches:quarter_reopen": thing("quarter.reopen", quarter, seen_by="quarter.view"),
    "branches:quarter_refuse": thing("quarter.reopen", quarter, seen_by="quarter.view"),
}
