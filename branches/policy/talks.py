"""谈心谈话 (支部工作条例 art. 19; rule R09 of domain.md §16): of which type, and who still has none of a type."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

COMMITTEE = "committee"
MIXED = "mixed"
MEMBERS = "members"
PAIRS = (COMMITTEE, MIXED, MEMBERS)
SOURCE = (
    "《中国共产党支部工作条例（试行）》第十九条：委员之间、委员和党员之间、党员和党员之间，每年谈心谈话一般不少于1次"
)


def pair_type(first_in_committee: bool, second_in_committee: bool) -> str:
    """Which type a talk is, by the posts that the two held on that day."""
    if first_in_committee and second_in_committee:
        return COMMITTEE
    return MIXED if first_in_committee or second_in_committee else MEMBERS


def pairs_asked(in_committee: bool) -> tuple[str, str]:
    """The types that concern a person: 委员 talk with 委员 and with members, members with 委员 and with members."""
    return (COMMITTEE, MIXED) if in_committee else (MIXED, MEMBERS)


def pairs_possible(committee: int, people: int) -> int:
    """How many of the types can take place, by how many sit in the committee and how many belong to the branch."""
    others = max(people - committee, 0)
    return (committee > 1) + (committee > 0 and others > 0) + (others > 1)


@dataclass(frozen=True, slots=True)
class TalkRow:
    """One person in a year: which of the types that concern the person took place, None where one does not."""

    member_id: int
    name: str
    in_committee: bool
    had: tuple[bool | None, ...]

    @property
    def is_complete(self) -> bool:
        return all(had is not False for had in self.had)


def talk_rows(
    people: Iterable[tuple[int, str]], committee: Collection[int], talks: Collection[tuple[int, int, str]]
) -> list[TalkRow]:
    """One row for each person in the order given; ``talks`` are (member, member, type)."""
    had = {(member, pair) for first, second, pair in talks for member in (first, second)}
    everybody = list(people)
    several = {True: len(committee) > 1, False: len(everybody) - len(committee) > 1}
    rows = []
    for member, name in everybody:
        inside = member in committee
        asked = {pair for pair in pairs_asked(inside) if (committee if pair == MIXED else several[inside])}
        rows.append(
            TalkRow(member, name, inside, tuple((member, pair) in had if pair in asked else None for pair in PAIRS))
        )
    return rows
