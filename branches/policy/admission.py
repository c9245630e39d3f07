"""
发展党员: which step is next, from when and until when, and what is wrong with a date (domain.md §5; R19). Pure.

The rules come as data; nothing here knows a number of months. Months are counted from day to day; where the last month
has no such day, its last day ends the period (a month from 31 January is the last day of February).
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

AGE, WITHIN, AFTER, EVERY, PEOPLE = "age", "within", "after", "every", "people"
TRAINING_HOURS, TRAINING_DAYS, STAY, VOTE = "training_hours", "training_days", "stay", "vote"
PROBATION, EXTENSION = "probation", "extension"
CONFIRM, EXTEND, CANCEL = "confirm", "extend", "cancel"

REVIEW_STEP, CONTACT_STEP, INTRODUCER_STEP, ASSEMBLY_STEP = 6, 5, 9, 15
ADMITTED_STEP, CONFIRMING_STEP, CONFIRMED_STEP, LAST_STEP = 17, 23, 24, 25
#: Done once more after the probation was extended.
SECOND_ROUND = (21, 22, 23, 24)
#: The step at which somebody becomes what (domain.md §15.2): the assembly's vote counts once it is approved.
STANDINGS = ((24, 5), (17, 4), (7, 3), (3, 2), (1, 1))
#: From the step that makes an activist until the one that makes a 发展对象, reviews recur.
REVIEW_ENDS = 7
TRAINING_STEP, STAY_STEP = 11, 13

#: Steps of the assembly's vote, and all about which each person needs an answer of their own: no batch for them.
VOTE_STEPS = (ASSEMBLY_STEP, CONFIRMING_STEP)
SINGLE_STEPS = (1, CONTACT_STEP, INTRODUCER_STEP, *VOTE_STEPS)

ID_NUMBER = re.compile(r"[0-9]{17}[0-9Xx]")
_SPACING = re.compile(r"[\s\-_·.]+")


@dataclass(frozen=True, slots=True)
class Rule:
    """One step. ``limits`` are what else must hold: (kind, base step, minimum, maximum, special maximum, hard)."""

    step: int
    stage: int
    title: str
    actor: str
    requires: tuple[int, ...] = ()
    is_optional: bool = False
    limits: tuple[Limit, ...] = ()

    def limit(self, kind: str) -> Limit | None:
        return next((limit for limit in self.limits if limit.kind == kind), None)


@dataclass(frozen=True, slots=True)
class Limit:
    """A number and its unit (by kind), with the sentence's end that names the source."""

    kind: str
    base_step: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    special_maximum: int | None = None
    is_hard: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known of one person. ``done``: step -> day, of the present round, skipped ones included."""

    birth_date: date | None = None
    done: Mapping[int, date] = field(default_factory=dict)
    reviews: Sequence[date] = ()
    contacts: int = 0
    introducers: int = 0
    training_hours: int | None = None
    training_days: int | None = None
    leaves_on: date | None = None
    extended_months: int = 0


@dataclass(frozen=True, slots=True)
class Window:
    """From when a step may be done, until when it is due, the last day in special cases; None where no rule says."""

    from_on: date | None = None
    due_on: date | None = None
    last_on: date | None = None


@dataclass(frozen=True, slots=True)
class Due:
    step: int
    actor: str
    from_on: date
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Problem:
    """
    What is wrong with a date. ``is_hard``: refused. ``needs_reason``: taken with a written reason, which stays beside
    it. Neither: a remark.
    """

    text: str
    is_hard: bool = False
    needs_reason: bool = False
    field: str = "done_on"


class DueState(NamedTuple):
    """How a due row stands on a day: code for filters, words and tone for the page."""

    code: str
    label: str
    tone: str


OVERDUE, SOON = DueState("overdue", "已逾期", "overdue"), DueState("soon", "即将到期", "due")
READY, WAITING = DueState("ready", "可以办理", "info"), DueState("waiting", "未到时间", "neutral")

Rules = Mapping[int, Rule]


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def comes_of_age(born: date, years: int) -> date:
    """The first day of that age: the birthday; 1 March for one born on 29 February where the year has none."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def holds_id_number(text: str) -> bool:
    """Whether 18 characters in a row, spacing aside, look like a citizen's ID number (N11)."""
    return bool(ID_NUMBER.search(_SPACING.sub("", unicodedata.normalize("NFKC", text))))


def probation_end(rules: Rules, progress: Progress) -> date | None:
    """
    The day the probation is up: a year from the ASSEMBLY that admitted (step 15), not from the oath, and the extension
    with it in one sum. None before that assembly, or while the rules lack it.
    """
    limit = rules[CONFIRMING_STEP].limit(PROBATION) if CONFIRMING_STEP in rules else None
    assembly = progress.done.get(limit.base_step or 0) if limit else None
    if limit is None or assembly is None:
        return None
    return add_months(assembly, (limit.minimum or 0) + progress.extended_months)


def standing_of(progress: Progress, *, is_confirmed: bool = False) -> int:
    """Code of the 发展阶段 that the steps make; full only once the confirmation was approved."""
    if is_confirmed:
        return 5
    return next((code for step, code in STANDINGS[1:] if step in progress.done), 1)


def window(rules: Rules, progress: Progress, step: int) -> Window:
    """Limits of one step in days, from what is done. The reviews of step 6 recur: the next one's end is given."""
    rule = rules[step]
    earliest = max((progress.done[before] for before in rule.requires if before in progress.done), default=None)
    found = Window(earliest)
    for limit in rule.limits:
        found = _narrowed(found, limit, rules, progress)
    return found


def _narrowed(found: Window, limit: Limit, rules: Rules, progress: Progress) -> Window:
    base = progress.done.get(limit.base_step or 0)
    if limit.kind in (AGE, PROBATION, AFTER):
        return replace(found, from_on=_later(found.from_on, _earliest(rules, progress, limit, base)))
    if base is None or not limit.maximum or limit.kind not in (WITHIN, EVERY):
        return found
    if limit.kind == EVERY:
        return replace(found, due_on=add_months(max([base, *progress.reviews]), limit.maximum))
    last = add_months(base, limit.special_maximum) if limit.special_maximum else None
    return replace(found, due_on=add_months(base, limit.maximum), last_on=last)


def _earliest(rules: Rules, progress: Progress, limit: Limit, base: date | None) -> date | None:
    if limit.kind == AGE:
        return comes_of_age(progress.birth_date, limit.minimum or 0) if progress.birth_date else None
    if limit.kind == PROBATION:
        return probation_end(rules, progress)
    return add_months(base, limit.minimum or 0) if base else None


def _later(one: date | None, other: date | None) -> date | None:
    return max(filter(None, (one, other)), default=None)


def open_steps(rules: Rules, progress: Progress) -> list[int]:
    """Steps not yet done whose predecessors all are, in order: those that may go side by side stand here together."""
    return [
        step
        for step, rule in sorted(rules.items())
        if step not in progress.done and all(before in progress.done for before in rule.requires)
    ]


def dues(rules: Rules, progress: Progress) -> list[Due]:
    """What is next, with its days. The review recurs while somebody is an activist, beside what else is open."""
    steps = open_steps(rules, progress)
    if _is_reviewed(rules, progress):
        steps = sorted({*steps, REVIEW_STEP})
    found = []
    for step in steps:
        span = window(rules, progress, step)
        from_on = span.from_on or max(progress.done.values(), default=date.min)
        if step == REVIEW_STEP and progress.reviews:
            from_on = max(from_on, *progress.reviews)
        found.append(Due(step, rules[step].actor, from_on, span.due_on))
    return found


def due_state(from_on: date, due_on: date | None, today: date, *, soon_days: int) -> DueState:
    """Whether it is overdue, due within ``soon_days``, open without haste, or not to be done before a later day."""
    if due_on is not None and due_on < today:
        return OVERDUE
    if from_on > today:
        return WAITING
    return SOON if due_on is not None and (due_on - today).days <= soon_days else READY


def _is_reviewed(rules: Rules, progress: Progress) -> bool:
    limit = rules[REVIEW_STEP].limit(EVERY) if REVIEW_STEP in rules else None
    return bool(limit and limit.base_step in progress.done and REVIEW_ENDS not in progress.done)


def step_problems(
    rules: Rules, progress: Progress, step: int, day: date, *, today: date, is_skipped: bool = False
) -> list[Problem]:
    """
    What is wrong with doing ``step`` on ``day``, given everything else (``progress`` without the step itself; helpers,
    training and leaving as they will stand). Vote and outcome are judged apart.
    """
    rule = rules.get(step)
    if rule is None:
        return [Problem("没有这一步。", is_hard=True)]
    found = _order_problems(rules, rule, progress, day, today)
    if is_skipped:
        return found if rule.is_optional else [*found, Problem(f"“{rule.title}”不能略过。", is_hard=True)]
    for limit in rule.limits:
        found += _limit_problems(rules, progress, rule, limit, day)
    return found


def _order_problems(rules: Rules, rule: Rule, progress: Progress, day: date, today: date) -> list[Problem]:
    found = []
    if day > today:
        found.append(Problem("日期不能晚于今天。", is_hard=True))
    missing = [before for before in rule.requires if before not in progress.done]
    if missing:
        names = "、".join(f"第{before}步“{rules[before].title}”" for before in missing)
        found.append(Problem(f"须先完成{names}。", is_hard=True))
    for before in rule.requires:
        if before in progress.done and day < progress.done[before]:
            text = f"不能早于第{before}步“{rules[before].title}”（{progress.done[before]}）。"
            found.append(Problem(text, is_hard=True))
    for after, other in rules.items():
        if rule.step in other.requires and after in progress.done and day > progress.done[after]:
            text = f"不能晚于第{after}步“{other.title}”（{progress.done[after]}）。"
            found.append(Problem(text, is_hard=True))
    return found


def _limit_problems(rules: Rules, progress: Progress, rule: Rule, limit: Limit, day: date) -> list[Problem]:
    if limit.kind in (AGE, AFTER, PROBATION):
        return _too_early(rules, progress, rule, limit, day)
    if limit.kind == WITHIN:
        return _too_late(progress, limit, day)
    if limit.kind == PEOPLE:
        return _wrong_number(progress, rule, limit)
    if limit.kind == TRAINING_HOURS:
        return _too_little_training(progress, rule, limit)
    if limit.kind == STAY:
        return _leaving(progress, limit, day)
    return _reviews_missing(rules, progress, rule, day)


def _too_early(rules: Rules, progress: Progress, rule: Rule, limit: Limit, day: date) -> list[Problem]:
    earliest = _earliest(rules, progress, limit, progress.done.get(limit.base_step or 0))
    found = []
    if earliest and day < earliest:
        found.append(Problem(f"{_earliest_text(rules, progress, limit, earliest)}{_said_in(limit)}", limit.is_hard))
    return found + (_reviews_missing(rules, progress, rule, day) if limit.kind == AFTER else [])


def _earliest_text(rules: Rules, progress: Progress, limit: Limit, earliest: date) -> str:
    if limit.kind == AGE:
        return f"申请时须年满{limit.minimum}周岁，最早{earliest}。"
    base = limit.base_step or 0
    title, day = rules[base].title, progress.done[base]
    if limit.kind == PROBATION:
        longer = f"，延长{progress.extended_months}个月" if progress.extended_months else ""
        return f"预备期从{title}之日（{day}）算起{longer}，{earliest}期满，期满前不办理。"
    return f"“{title}”（{day}）满{limit.minimum}个月后才能办理，最早{earliest}。"


def _too_late(progress: Progress, limit: Limit, day: date) -> list[Problem]:
    base = progress.done.get(limit.base_step or 0)
    if base is None or not limit.maximum or day <= add_months(base, limit.maximum):
        return []
    special = limit.special_maximum
    if special and day > add_months(base, special):
        text = f"最迟{add_months(base, special)}（特殊情况不超过{special}个月），已超过，须重新提交支部大会讨论。"
        return [Problem(f"{text}{_said_in(limit)}", is_hard=True)]
    text = f"应在{limit.maximum}个月内办理（{add_months(base, limit.maximum)}前），已超过，请在“说明”中写明原因。"
    return [Problem(f"{text}{_said_in(limit)}", needs_reason=limit.is_hard, field="reason")]


def _wrong_number(progress: Progress, rule: Rule, limit: Limit) -> list[Problem]:
    count = progress.contacts if rule.step == CONTACT_STEP else progress.introducers
    lowest, highest = limit.minimum or 0, limit.maximum or count
    if lowest <= count <= highest:
        return []
    wanted = f"{lowest}名" if lowest == highest else f"{lowest}至{highest}名"
    return [Problem(f"须有{wanted}正式党员，现有{count}名。{_said_in(limit)}", limit.is_hard, field="helpers")]


def _too_little_training(progress: Progress, rule: Rule, limit: Limit) -> list[Problem]:
    days = rule.limit(TRAINING_DAYS)
    enough = (progress.training_hours or 0) >= (limit.minimum or 0)
    if enough or (days and (progress.training_days or 0) >= (days.minimum or 0)):
        return []
    either = f"{days.minimum}天或" if days else ""
    text = f"培训一般不少于{either}{limit.minimum}个学时。{_said_in(limit)}"
    return [Problem(text, limit.is_hard, field="training_hours")]


def _leaving(progress: Progress, limit: Limit, day: date) -> list[Problem]:
    if progress.leaves_on is None or progress.leaves_on > add_months(day, limit.maximum or 0):
        return []
    text = f"{limit.maximum}个月内将离开本单位（{progress.leaves_on}）的，一般不办理接收预备党员手续。"
    return [Problem(f"{text}{_said_in(limit)}", limit.is_hard, field="leaves_on")]


def _reviews_missing(rules: Rules, progress: Progress, rule: Rule, day: date) -> list[Problem]:
    limit = rules[REVIEW_STEP].limit(EVERY) if REVIEW_STEP in rules else None
    start, needed = progress.done.get(limit.base_step or 0) if limit else None, 0
    if rule.step != REVIEW_ENDS or limit is None or start is None or not limit.maximum:
        return []
    while add_months(start, (needed + 1) * limit.maximum) <= day:
        needed += 1
    held = len([review for review in progress.reviews if review <= day])
    if held >= needed:
        return []
    return [Problem(f"培养期内应每{limit.maximum}个月考察一次，应有{needed}次，已记{held}次。{_said_in(limit)}")]


def _said_in(limit: Limit) -> str:
    return f"依据：{limit.source}。" if limit.source else ""


def extension_problems(rules: Rules, months: int | None, already: int) -> list[Problem]:
    """Whether the probation may be extended by so many months: once, and by no less and no more than the rule says."""
    limit = rules[CONFIRMING_STEP].limit(EXTENSION)
    if already:
        return [Problem("预备期只能延长一次，请选择按期转正或取消预备党员资格。", True, field="outcome")]
    lowest, highest = (limit.minimum or 0, limit.maximum or 0) if limit else (0, 0)
    if limit is None or months is None or lowest <= months <= highest:
        return [] if months else [Problem("请填写延长几个月。", True, field="months")]
    text = f"延长预备期不能少于{lowest}个月，最长不超过{highest}个月。{_said_in(limit)}"
    return [Problem(text, limit.is_hard, field="months")]


def cancel_problems(progress: Progress, day: date, *, today: date) -> list[Problem]:
    """Whether the assembly may cancel the probation on ``day``: once admission was approved, at any time."""
    admitted = progress.done.get(ADMITTED_STEP)
    if admitted is None:
        return [Problem("还不是预备党员，不能取消预备党员资格；不再培养的请用“停止培养”。", True, field="outcome")]
    if not admitted <= day <= today:
        return [Problem(f"日期须在审批之日（{admitted}）与今天之间。", is_hard=True)]
    return []


def all_problems(rules: Rules, progress: Progress, *, today: date, skipped: Iterable[int] = ()) -> dict[int, list[str]]:
    """Hard problems of everything done, step by step: what a correction must not add to."""
    skips, found = set(skipped), {}
    for step, day in progress.done.items():
        rest = replace(progress, done={other: when for other, when in progress.done.items() if other != step})
        problems = step_problems(rules, rest, step, day, today=today, is_skipped=step in skips)
        if hard := [problem.text for problem in problems if problem.is_hard]:
            found[step] = hard
    return found
