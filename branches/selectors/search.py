"""What the search box finds on the ground floor: organisations, members, and logs by the words in them."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User
from accounts.roles import Capability
from branches.models import Meeting, Member, Organisation
from branches.selectors.members import members_matching, sees_whole_roster
from branches.selectors.organisations import organisations_matching, unit_names
from core.grams import words_of
from core.search import Hit, SearchSource
from core.text_index import narrowed

MEETING = "meeting"
#: 2026, 2026年, 2026年3月, 2026-03, 2026.3: the day in a title is the meeting's, and dates are quicker than words.
DATED = re.compile(r"(?<![0-9])(20[0-9]{2})(?:(?:年|[-./])(?:([01]?[0-9])(?:月|(?![0-9])))?)?(?![0-9])")


def meetings_matching(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    """
    Logs whose title, agenda, reading or resolution hold every word; years and months among the words narrow the date.
    One query at once (see `core.text_index.narrowed`), none where only dates are named.
    """
    for year, month in DATED.findall(text):
        span = _span(int(year), int(month or 0))
        queryset = queryset.filter(held_on__range=span) if span else queryset.none()
    return narrowed(queryset, MEETING, DATED.sub(" ", text))


def _span(year: int, month: int) -> tuple[date, date] | None:
    if not month:
        return date(year, 1, 1), date(year, 12, 31)
    return (date(year, month, 1), date(year, month, monthrange(year, month)[1])) if month <= 12 else None


def _organisations(user: User, text: str, limit: int) -> list[Hit]:
    rows = Organisation.objects.visible_to(user, Capability.ORG_UNIT_LIST)
    found = list(organisations_matching(rows, text).order_by("ended_on", "depth", "path")[:limit])
    units = unit_names(found)
    return [
        Hit(
            row.name,
            " · ".join(filter(None, (row.get_kind_display(), units.get(row.unit_path, ""), row.code))),
            reverse("branches:organisation_detail", args=[row.pk]),
        )
        for row in found
    ]


def _members(user: User, text: str, limit: int) -> list[Hit]:
    rows = Member.objects.visible_to(user, Capability.MEMBER_LIST).current().select_related("organisation")
    found = members_matching(rows, text).order_by("name_pinyin", "pk")[:limit]
    opens = sees_whole_roster(user)
    return [
        Hit(row.name, row.organisation.short_name, reverse("branches:member_detail", args=[row.pk]) if opens else "")
        for row in found
    ]


def _meetings(user: User, text: str, limit: int) -> list[Hit]:
    if not is_searchable(text):
        return []
    rows = meetings_matching(Meeting.objects.visible_to(user, Capability.MEETING_LIST), text)
    columns = rows.order_by("-held_on", "-pk").values_list("pk", "title", "held_on", "organisation__short_name")
    return [
        Hit(title, f"{day} · {branch}", reverse("branches:meeting_detail", args=[pk]))
        for pk, title, day, branch in columns[:limit]
    ]


def is_searchable(text: str) -> bool:
    """Whether anything in the text can be looked for in logs: a word of two characters, or a date."""
    return bool(words_of(DATED.sub(" ", text)) or DATED.search(text))


def _all(name: str) -> Any:
    return lambda text: f"{reverse(name)}?{urlencode({'q': text})}"


SOURCES = (
    SearchSource(
        "organisation", "党组织", "sitemap", 10, lambda user: user.can(Capability.ORG_UNIT_LIST), _organisations,
        _all("branches:organisation_list"),
    ),
    SearchSource(
        "member", "党员", "users", 20, lambda user: user.can(Capability.MEMBER_LIST), _members,
        _all("branches:member_list"),
    ),
    SearchSource(
        "meeting", "会议记录", "notes", 30, lambda user: user.can(Capability.MEETING_LIST), _meetings,
        _all("branches:meeting_list"),
    ),
)  # fmt: skip
