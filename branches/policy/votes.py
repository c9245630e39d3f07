"""Vote arithmetic of a branch (domain.md §1.5; rules R10 and R11 of §16)."""

from __future__ import annotations

from dataclasses import dataclass

ORDINARY = "ordinary"
ADMISSION = "admission"

ASSEMBLY_SOURCE = "《中国共产党支部工作条例（试行）》第十一条"
COMMITTEE_SOURCE = "《中国共产党支部工作条例（试行）》第十一条、第十二条"
ADMISSION_SOURCE = "《中国共产党发展党员工作细则》"
WRITTEN_SOURCE = "《中国共产党发展党员工作细则》第二十二条"


@dataclass(frozen=True, slots=True)
class Tally:
    """The figures of one vote, in persons with the right to vote; ``written`` are approvals sent in beforehand."""

    should: int
    present: int
    approve: int
    oppose: int = 0
    abstain: int = 0
    written: int = 0


@dataclass(frozen=True, slots=True)
class VoteOutcome:
    """Whether enough were there, whether it passed, and the sentence that explains both with its source."""

    quorum_met: bool
    passed: bool
    quorum: int
    majority: int
    message: str


def ordinary_quorum(should: int) -> int:
    """How many must be present for an ordinary vote: half of 应到, rounded up (支部工作条例 art. 11)."""
    return max(1, (should + 1) // 2)


def admission_quorum(should: int) -> int:
    """How many must be present to vote on an admission: more than half of 应到 (发展党员工作细则)."""
    return should // 2 + 1


def majority(should: int) -> int:
    """How many approvals pass: more than half of those who should attend, whoever came (支部工作条例 art. 11)."""
    return should // 2 + 1


def ordinary_passes(*, should: int, present: int, yes: int) -> bool:
    """R10: present*2 >= should and yes*2 > should."""
    return present >= ordinary_quorum(should) and yes >= majority(should)


def admission_passes(*, should: int, present: int, yes: int, written: int = 0) -> bool:
    """R11: present*2 > should and (yes + written)*2 > should; a letter approves but is not present."""
    return present >= admission_quorum(should) and yes + written >= majority(should)


def vote_problems(rule: str, tally: Tally) -> list[str]:
    """What is impossible in the figures, in Chinese; empty when they fit together."""
    cast = tally.approve + tally.oppose + tally.abstain
    absent = tally.should - tally.present
    problems = []
    if min(tally.approve, tally.oppose, tally.abstain, tally.written) < 0:
        problems.append("票数不能是负数")
    if cast > tally.present:
        problems.append(f"赞成、反对、弃权共{cast}票，多于实到有表决权的{tally.present}人")
    if tally.written and rule != ADMISSION:
        problems.append("书面意见只在接收预备党员、转正等表决中计票，一般决议不计")
    elif tally.written > absent:
        problems.append(f"书面意见{tally.written}份，多于未到会有表决权的{absent}人")
    return problems


def vote_outcome(rule: str, tally: Tally, *, in_committee: bool = False) -> VoteOutcome:
    """Judge a vote by R11 where the rule is "admission", else by R10. The figures are taken as checked."""
    if rule == ADMISSION:
        quorum = admission_quorum(tally.should)
        passed = admission_passes(should=tally.should, present=tally.present, yes=tally.approve, written=tally.written)
    else:
        quorum = ordinary_quorum(tally.should)
        passed = ordinary_passes(should=tally.should, present=tally.present, yes=tally.approve)
    message = _explain(rule, tally, quorum, in_committee)
    return VoteOutcome(tally.present >= quorum, passed, quorum, majority(tally.should), message)


def _explain(rule: str, tally: Tally, quorum: int, in_committee: bool) -> str:
    source = _source(rule, tally, in_committee)
    wanted = f"须超过半数即{quorum}人" if rule == ADMISSION else f"须达到半数即{quorum}人"
    if tally.present < quorum:
        return f"应到有表决权{tally.should}人，实到{tally.present}人，{wanted}才能表决，表决无效。依据：{source}。"
    in_favour = tally.approve + (tally.written if rule == ADMISSION else 0)
    counted = f"（其中书面意见{tally.written}份）" if in_favour != tally.approve else ""
    needed = majority(tally.should)
    verdict = "通过" if in_favour >= needed else "未通过"
    return (
        f"应到有表决权{tally.should}人，实到{tally.present}人，到会人数符合要求（{wanted}）；"
        f"赞成{in_favour}人{counted}，须超过应到的半数即{needed}人，{verdict}。依据：{source}。"
    )


def _source(rule: str, tally: Tally, in_committee: bool) -> str:
    if rule == ADMISSION:
        return WRITTEN_SOURCE if tally.written else ADMISSION_SOURCE
    return COMMITTEE_SOURCE if in_committee else ASSEMBLY_SOURCE
