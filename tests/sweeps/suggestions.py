"""投诉建议 for the permission sweep."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from accounts.models import User
from accounts.roles import Role
from reports.services.suggestions import suggestion_write
from tests.factories import make_user
from tests.sweep import Entry, World, mine, page, whole

TEXT = "报表和会议记录重复，请合并"


def own(world: World, owner: User) -> dict[str, Any]:
    return {"pk": suggestion_write(by=owner, kind="burden", text=TEXT).pk}


def asked(world: World) -> dict[str, Any]:
    """What somebody else asked: nobody but the committee and the author reads it."""
    author = make_user(Role.MEMBER, world.city.branch, username="asking")
    return {"pk": suggestion_write(by=author, kind="burden", text=TEXT).pk}


ENTRIES: dict[str, Entry] = {
    "reports:suggestion_list": page("suggestion.answer"),
    "reports:suggestion_export": page("suggestion.answer"),
    "reports:suggestion_mine": page("suggestion.write"),
    "reports:suggestion_create": page("suggestion.write"),
    "reports:suggestion_detail": replace(whole("suggestion.answer", asked), rights=("suggestion.write",)),
    "reports:suggestion_answer": whole("suggestion.answer", asked),
    "reports:suggestion_withdraw": mine("suggestion.write", own),
}
