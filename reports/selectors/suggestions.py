"""投诉建议: one's own, those that wait for an answer, and the day until which each is due."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from accounts.roles import Capability
from branches.services.measures import Deadline, DeadlineSource
from core.calendar import local_today, workdays_between
from reports.choices import SuggestionState
from reports.models import Suggestion
from reports.querysets import SuggestionQuerySet

if TYPE_CHECKING:
    from accounts.models import User

SOURCE = "suggestion"
RULE = "B01"


@dataclass(frozen=True)
class SuggestionPage:
    """One of them as this reader may see it; ``days`` are the working days it took, or has taken so far."""

    row: Suggestion
    author: str
    days: int
    is_overdue: bool
    may_answer: bool
    may_withdraw: bool


def suggestions_in_full() -> SuggestionQuerySet:
    found: SuggestionQuerySet = Suggestion.objects.select_related("by", "answered_by", "organisation")
    return found


def suggestions_of(user: User) -> QuerySet[Suggestion]:
    """One's own, the newest first."""
    return Suggestion.objects.filter(by=user).order_by("-pk")


def suggestion_page(user: User, row: Suggestion) -> SuggestionPage:
    """No query beside that of the row."""
    own, is_open = row.by_id == user.pk, row.state == SuggestionState.OPEN
    answers = user.scope(Capability.SUGGESTION_ANSWER).covers(row.organisation.path)
    until = row.answered_on or local_today()
    return SuggestionPage(
        row=row,
        author="本人" if own else author_words(row.by.name, is_nameless=row.is_nameless),
        days=workdays_between(row.asked_on, until),
        is_overdue=is_open and until > row.due_on,
        may_answer=is_open and answers and not own,
        may_withdraw=is_open and own,
    )


def author_words(name: str, *, is_nameless: bool) -> str:
    """Who asks, for those who answer."""
    return "不显示姓名" if is_nameless else name


def answer_days() -> int:
    """Within how many working days the committee answers (本级默认)."""
    return int(settings.PORTAL["SUGGESTION_DAYS"])


def suggestion_deadlines(subjects: Collection[str] | None) -> Iterator[Deadline]:
    """The clock runs on the committee: each question is due there until it is answered. One query."""
    rows = Suggestion.objects.exclude(state=SuggestionState.WITHDRAWN)
    if subjects is not None:
        rows = rows.filter(pk__in=[int(subject.partition(":")[2]) for subject in subjects])
    for row in rows.order_by("pk"):
        title = f"答复投诉建议第{row.pk}号（{row.get_kind_display()}）"
        done = row.state == SuggestionState.ANSWERED
        yield Deadline(RULE, row.organisation_id, f"{SOURCE}:{row.pk}", title, row.asked_on, row.due_on, done=done)


DEADLINES = DeadlineSource(
    SOURCE,
    label="投诉建议",
    hint="答复后自动计入。",
    rows=suggestion_deadlines,
    url=lambda subject: reverse("reports:suggestion_detail", args=[subject.partition(":")[2]]),
    capability=Capability.SUGGESTION_ANSWER,
)
