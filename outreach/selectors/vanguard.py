"""Reads of vanguard posts."""

from __future__ import annotations

from datetime import date

from branches.querysets import OrganisationRowQuerySet
from outreach.models import VanguardPost, VanguardReview


def posts_in_full() -> OrganisationRowQuerySet:
    return VanguardPost.objects.select_related("organisation", "holder", "by")


def reviews_of(post: VanguardPost) -> list[VanguardReview]:
    return list(post.reviews.select_related("meeting", "by").order_by("-held_on"))


def standing_words(withdrawn_on: date | None, valid_until: date | None, today: date) -> tuple[str, str]:
    """How a post stands today, and the tone of its badge."""
    if withdrawn_on is not None:
        return "已撤销", "neutral"
    return ("已过有效期", "due") if valid_until is not None and valid_until < today else ("在岗", "done")
