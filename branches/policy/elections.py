"""
The arithmetic of an election (R12; 《中国共产党基层组织选举工作条例》; domain.md §3). Pure: counts, no database.

Where sources disagree on the base of the majority (实到会 by the regulation of 2020, 应到会 by a reply of 2023) it is a
parameter of every election; the percentages come with the rules, dated rows of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

SOURCE = "《中国共产党基层组织选举工作条例》"


class Base(StrEnum):
    """Of whom the approvals of a winner must be more than half."""

    PRESENT = "present"
    EXPECTED = "expected"

    @property
    def label(self) -> str:
        return "实到会有选举权人数" if self is Base.PRESENT else "应到会有选举权人数"


class RoundKind(StrEnum):
    """Why one votes: at first, among those tied, for seats still open, or again since the vote was void."""

    FIRST = "first"
    TIE = "tie"
    FRESH = "fresh"
    REPEAT = "repeat"

    @property
    def label(self) -> str:
        return {
            "first": "首次投票",
            "tie": "票数相等重新投票",
            "fresh": "不足名额另行选举",
            "repeat": "无效后重新投票",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Figures:
    """One round, in persons and ballots. ``quorum_percent`` of those entitled must have come."""

    seats: int
    eligible: int
    present: int
    issued: int
    returned: int
    valid: int
    base: Base = Base.PRESENT
    kind: RoundKind = RoundKind.FIRST
    quorum_percent: int = 80


@dataclass(frozen=True, slots=True)
class Tally:
    """One candidate's votes; whoever neither approved nor opposed abstained or chose others."""

    candidate: int
    approve: int
    oppose: int = 0


@dataclass(frozen=True, slots=True)
class Count:
    """
    What was counted: ballots, and approvals and disapprovals by candidate. ``eligible`` and ``present`` are given only
    where no log tells them.
    """

    issued: int
    returned: int
    valid: int
    votes: Mapping[int, tuple[int, int]]
    present: int | None = None
    eligible: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What a round decides: who is elected, who is tied for the last seats, and what must follow to fill ``open_seats``.
    """

    elected: tuple[int, ...]
    tied: tuple[int, ...]
    open_seats: int
    follows: RoundKind | None
    message: str


def share(count: int, percent: int) -> int:
    """So many percent of a count, rounded up (进一法)."""
    return -(-count * percent // 100)


def quorum(eligible: int, percent: int = 80) -> int:
    """How many must be present: at least 4/5 of those entitled, inclusive (present*5 >= eligible*4)."""
    return max(1, share(eligible, percent))


def candidates_needed(seats: int, percent: int = 20, *, single_allowed: bool = False) -> int:
    """How many candidates: 20 % more than seats, rounded up (3→4, 5→6, 7→9, 9→11); 书记、副书记 may be as many."""
    return seats if single_allowed else seats + share(seats, percent)


def majority(base: int) -> int:
    """How many approvals elect: more than half of the base."""
    return base // 2 + 1


def base_of(figures: Figures) -> int:
    return figures.present if figures.base is Base.PRESENT else figures.eligible


def figure_problems(figures: Figures) -> list[tuple[str, str]]:
    """(field, what is impossible, in Chinese); empty when the figures fit together."""
    problems = []
    if figures.present > figures.eligible:
        problems.append(("present", f"实到会{figures.present}人，多于应到会有选举权的{figures.eligible}人。"))
    if figures.issued > figures.present:
        problems.append(("issued", f"发出选票{figures.issued}张，多于实到会有选举权的{figures.present}人。"))
    if figures.valid > figures.returned:
        problems.append(("valid", f"有效票{figures.valid}张，多于收回的{figures.returned}张。"))
    return problems


def tally_problems(figures: Figures, tallies: Sequence[Tally]) -> list[tuple[int, str]]:
    """(candidate, what is impossible); candidate 0 stands for all of them together."""
    problems = [
        (tally.candidate, f"赞成与反对共{tally.approve + tally.oppose}票，多于有效票{figures.valid}张。")
        for tally in tallies
        if tally.approve + tally.oppose > figures.valid
    ]
    marks = sum(tally.approve for tally in tallies)
    if not problems and marks > figures.valid * figures.seats:
        limit = figures.valid * figures.seats
        problems.append(
            (0, f"赞成票合计{marks}张，多于{limit}张：每张有效票最多选{figures.seats}人，多选的选票应计为无效票。")
        )
    return problems


def judge(figures: Figures, tallies: Sequence[Tally]) -> Verdict:
    """The outcome of a round whose figures are possible."""
    if void := _void_reason(figures):
        return Verdict((), (), figures.seats, RoundKind.REPEAT, void)
    needed = 1 if figures.kind is RoundKind.TIE else majority(base_of(figures))
    passed = sorted((t for t in tallies if t.approve >= needed), key=lambda t: (-t.approve, t.candidate))
    elected, tied = _cut(passed, figures.seats)
    left = figures.seats - len(elected)
    follows = RoundKind.TIE if tied else (RoundKind.FRESH if left else None)
    return Verdict(elected, tied, left, follows, _explain(figures, needed, len(passed), len(elected), follows))


def _void_reason(figures: Figures) -> str:
    wanted = quorum(figures.eligible, figures.quorum_percent)
    if figures.present < wanted:
        return (
            f"应到会有选举权{figures.eligible}人，实到会{figures.present}人，不足应到会的"
            f"{_fraction(figures.quorum_percent)}（{wanted}人），不能进行选举。依据：{SOURCE}。"
        )
    if figures.returned > figures.issued:
        return f"收回选票{figures.returned}张，多于发出的{figures.issued}张，选举无效，应当重新选举。依据：{SOURCE}。"
    return ""


def _fraction(percent: int) -> str:
    return "五分之四" if percent == 80 else f"{percent}%"


def _cut(passed: Sequence[Tally], seats: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Of those who passed, by votes: who takes a seat, and who is tied for the last ones."""
    if len(passed) <= seats:
        return tuple(tally.candidate for tally in passed), ()
    edge = passed[seats - 1].approve
    if passed[seats].approve != edge:
        return tuple(tally.candidate for tally in passed[:seats]), ()
    above = tuple(tally.candidate for tally in passed if tally.approve > edge)
    return above, tuple(tally.candidate for tally in passed if tally.approve == edge)


def _explain(figures: Figures, needed: int, passed: int, elected: int, follows: RoundKind | None) -> str:
    text = f"应到会有选举权{figures.eligible}人，实到会{figures.present}人，符合到会人数要求；"
    text += f"发出选票{figures.issued}张，收回{figures.returned}张，有效{figures.valid}张，选举有效。"
    if figures.kind is RoundKind.TIE:
        text += f"票数相等者重新投票，以得赞成票多的当选：当选{elected}人。"
    else:
        text += (
            f"赞成票超过{figures.base.label}（{base_of(figures)}人）的半数即{needed}票始得当选："
            f"{passed}人过半数，应选{figures.seats}人，当选{elected}人。"
        )
    left = figures.seats - elected
    if follows is RoundKind.TIE:
        text += f"其余{left}个名额票数相等，应就票数相等者重新投票。"
    elif follows is RoundKind.FRESH:
        text += f"尚缺{left}人，应就不足的名额另行选举；经多数选举人同意，也可以暂缺。"
    return f"{text}依据：{SOURCE}。"


def vacancy_consented(*, consenting: int, present: int) -> bool:
    """Whether seats may be left vacant: more than half of the electors present agree, the stricter reading."""
    return consenting * 2 > present
