"""The 工作手册 on the year's work: plans, what was due and done, 民主评议 and 谈心谈话."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from accounts.roles import Capability
from branches.choices import AppraisalGrade, AppraisalState, Frequency, PlanState
from branches.models import Appraisal, AppraisalMark, MeetingPlan, Obligation, Talk, Waiver
from branches.policy.obligations import State, state_of
from branches.policy.talks import SOURCE as TALK_SOURCE
from branches.selectors.handbook_parts import BranchYear, Chapter, Listing, Note, Part, in_short, kept
from core.periods import parse_period

COUNTED = "“已做”由会议记录自动计算，记录见以下各章。"
GRADES_HIDDEN = "个人等次只向有权查看的人员提供，这里只列人数。"


def plans(then: BranchYear) -> Chapter:
    """年度计划: the meetings planned for the year. One query."""
    rows = MeetingPlan.objects.filter(organisation=then.branch, planned_on__range=then.span)
    found = [
        [plan.planned_on, plan.get_kind_display(), plan.title, plan.place, _outcome(plan)]
        for plan in rows.select_related("meeting", "group").order_by("planned_on", "starts_at", "pk")
    ]
    headings = ("计划日期", "会议类型", "主题", "地点", "落实情况")
    return Chapter("年度计划", kept(Listing("", headings, found, (2.2, 2.4, 5, 2.4, 3.2), frozenset({"计划日期"}))))


def _outcome(plan: MeetingPlan) -> str:
    if plan.state == PlanState.DONE and plan.meeting is not None:
        return f"{in_short(plan.meeting.held_on)}召开，已记录"
    if plan.state == PlanState.CANCELLED:
        return f"已取消：{plan.reason}"
    return str(plan.get_state_display())


def obligations(then: BranchYear) -> Chapter:
    """应做事项 of the year: by rule with its source, and period by period. Two queries."""
    rows = Obligation.objects.filter(
        organisation=then.branch, starts_on__gte=then.first, ends_on__lte=then.last, starts_on__lte=then.day
    )
    found = list(rows.select_related("requirement").order_by("requirement__code", "starts_on"))
    reasons = dict(Waiver.objects.filter(obligation__in=rows, revoked_at=None).values_list("obligation_id", "reason"))
    states = {row.pk: _state(row, then) for row in found}
    by_rule: dict[int, list[Obligation]] = defaultdict(list)
    for row in found:
        by_rule[row.requirement_id].append(row)
    summary = Listing(
        "各项要求",
        ("应做事项", "要求", "期间数", "已完成", "已减免", "未完成的期间", "依据"),
        [_rule_row(rule_rows, states) for rule_rows in by_rule.values()],
        (2.6, 2.6, 1.2, 1.2, 1.2, 3, 5),
        frozenset({"期间数", "已完成", "已减免"}),
    )
    detail = Listing(
        "分期情况",
        ("应做事项", "期间", "应做", "已做", "情况", "减免原因"),
        [_period_row(row, states[row.pk], reasons) for row in found],
        (3.4, 2.6, 1, 1, 1.6, 5),
        frozenset({"期间", "应做", "已做", "情况"}),
    )
    return Chapter("组织生活落实情况", kept(summary, detail, Note(COUNTED)))


def _state(row: Obligation, then: BranchYear) -> State:
    return state_of(
        done=row.done,
        needed=row.needed,
        waived=row.waived,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        today=then.today,
    )


def _rule_row(rows: list[Obligation], states: dict[int, State]) -> list[Any]:
    rule = rows[0].requirement
    open_periods = [_period(row) for row in rows if states[row.pk] not in (State.DONE, State.WAIVED)]
    return [
        rule.title,
        f"{Frequency(rule.frequency).label}至少{rule.needed}次",
        len(rows),
        sum(states[row.pk] is State.DONE for row in rows),
        sum(states[row.pk] is State.WAIVED for row in rows),
        "、".join(open_periods),
        f"{rule.source}{rule.article}（{rule.label}）",
    ]


def _period_row(row: Obligation, state: State, reasons: dict[int, str]) -> list[Any]:
    reason = reasons.get(row.pk, "") if row.waived else ""
    return [row.requirement.title, _period(row), row.needed, row.done, state.label, reason]


def _period(row: Obligation) -> str:
    return parse_period(row.period).title.removeprefix(f"{row.starts_on.year}年") or "全年"


def appraisal(then: BranchYear) -> tuple[Part, ...]:
    """
    民主评议 of the year once finished: how many got which grade (domain.md §1.6); names only for a reader of
    ``appraisal.view``. At most two queries.
    """
    found = Appraisal.objects.filter(organisation=then.branch, year=then.year, state=AppraisalState.FINISHED).first()
    if found is None:
        return ()
    counts = [[label, getattr(found, grade)] for grade, label in AppraisalGrade.choices]
    rows = [["党员总数", found.members], *counts]
    parts: list[Part] = [Listing("等次人数", ("等次", "人数"), rows, (1, 1), frozenset({"等次", "人数"}))]
    if not then.may(Capability.APPRAISAL_VIEW):
        return (*parts, Note(GRADES_HIDDEN))
    marks = AppraisalMark.objects.filter(appraisal=found).select_related("member")
    order = list(AppraisalGrade)
    graded = sorted(marks, key=lambda mark: (order.index(AppraisalGrade(mark.grade)), mark.member.name_pinyin))
    people = [[mark.member.name, mark.get_grade_display()] for mark in graded]
    return (*parts, Listing("个人等次", ("姓名", "等次"), people, (1, 1), frozenset({"姓名", "等次"})))


def talks(then: BranchYear) -> Chapter:
    """谈心谈话: dates and pairs; what was said is recorded nowhere. One query."""
    rows = Talk.objects.filter(organisation=then.branch, held_on__range=then.span)
    found = [
        [number, talk.held_on, f"{talk.member_a.name}、{talk.member_b.name}", talk.get_pair_display()]
        for number, talk in enumerate(rows.select_related("member_a", "member_b").order_by("held_on", "pk"), start=1)
    ]
    middle = frozenset({"序号", "日期", "类型"})
    listing = Listing("", ("序号", "日期", "谈话双方", "类型"), found, (1, 2, 5, 2), middle)
    return Chapter("谈心谈话", kept(listing, Note(f"只记日期和双方，不记内容。依据：{TALK_SOURCE}。")))
