"""What the pages of 发展党员 show: one person's 25 steps, and the counts of what is due by step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from django.db.models import Count

from accounts.models import User
from accounts.roles import Capability
from branches.choices import AdmissionActor, AdmissionStage, ApplicantStatus, HelperRole, MeetingStatus, VoteMethod
from branches.models import AdmissionChange, AdmissionDue, AdmissionReview, AdmissionStep, Applicant, MeetingVote
from branches.policy import admission as policy
from branches.policy.admission import DueState, Rule, Rules, Window
from branches.selectors.admission import SOON_DAYS, Known, due_query, known_of, right_for
from branches.selectors.admission_rules import admission_rules
from branches.selectors.organisation_rights import may
from core.calendar import local_today

DONE, SKIPPED = DueState("done", "已完成", "done"), DueState("skipped", "已略过", "waived")
LATER = DueState("later", "", "neutral")


@dataclass(frozen=True, slots=True)
class StepView:
    """One line of the timeline. ``row``: what is recorded; ``state`` else says how it stands today."""

    rule: Rule
    state: DueState
    actor: str
    row: AdmissionStep | None = None
    window: Window = field(default_factory=Window)
    remarks: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    reviews: tuple[AdmissionReview, ...] = ()
    may_record: bool = False
    may_correct: bool = False
    may_withdraw: bool = False


@dataclass(frozen=True, slots=True)
class StageView:
    title: str
    steps: list[StepView]
    done: int


@dataclass(frozen=True, slots=True)
class ApplicantPage:
    """One person's page. ``next_steps``: what is open, the most urgent first."""

    known: Known
    stages: list[StageView]
    next_steps: list[StepView]
    former: list[AdmissionStep]
    changes: list[AdmissionChange]
    titles: dict[int, str]
    may_record: bool
    may_stop: bool
    may_resume: bool
    may_catch_up: bool


def applicant_page(user: User, applicant: Applicant) -> ApplicantPage:
    """Everything on the page of one person. Six queries."""
    today = local_today()
    rules, known = admission_rules(today), known_of([applicant])[0]
    views = _views(user, known, rules, today)
    stages = [_stage(stage, views) for stage in AdmissionStage]
    waiting = [view for view in views if view.state.code in ("overdue", "soon", "ready", "waiting")]
    record = may(user, Capability.ADMISSION_RECORD, applicant.organisation)
    ongoing = applicant.status == ApplicantStatus.ONGOING
    return ApplicantPage(
        known=known,
        stages=stages,
        next_steps=sorted(waiting, key=lambda view: view.window.due_on or view.window.from_on or date.max),
        former=known.former,
        changes=list(applicant.changes.select_related("by")),
        titles={step: rule.title for step, rule in rules.items()},
        may_record=record,
        may_stop=record and ongoing and applicant.member_id is None,
        may_resume=record and applicant.status == ApplicantStatus.STOPPED and applicant.stop_category != "left",
        may_catch_up=record and ongoing and any(view.may_record for view in views),
    )


def _stage(stage: AdmissionStage, views: Iterable[StepView]) -> StageView:
    steps = [view for view in views if view.rule.stage == stage]
    return StageView(stage.label, steps, sum(view.row is not None for view in steps))


def _views(user: User, known: Known, rules: Rules, today: date) -> list[StepView]:
    stands = known.applicant.status in (ApplicantStatus.ONGOING, ApplicantStatus.CONFIRMED)
    due = {item.step: item for item in policy.dues(rules, known.progress)} if stands else {}
    votes, place = _votes(known), known.applicant.organisation
    found = []
    for step, rule in rules.items():
        allowed = stands and may(user, right_for(rule.actor), place)
        view = _view(known, rules, rule, due.get(step), today)
        if view.row is not None:
            view = replace(view, remarks=_remarks(known, rules, view.row, votes, today))
        found.append(_with_rights(view, known, rules, allowed=allowed, is_due=step in due))
    return found


def _view(known: Known, rules: Rules, rule: Rule, due: policy.Due | None, today: date) -> StepView:
    row = known.steps.get(rule.step)
    actor = AdmissionActor(rule.actor).label
    span = policy.window(rules, known.progress, rule.step)
    if due is not None:
        span = replace(span, from_on=due.from_on, due_on=due.due_on)
    if row is not None:
        state = SKIPPED if row.is_skipped else DONE
    else:
        state = policy.due_state(due.from_on, due.due_on, today, soon_days=SOON_DAYS) if due else LATER
    people = tuple(helper.member.name for helper in known.helpers if _stands_at(helper.role, rule.step))
    reviews = tuple(known.reviews) if rule.step == policy.REVIEW_STEP else ()
    return StepView(rule, state, actor, row, span, people=people, reviews=reviews)


def _stands_at(role: str, step: int) -> bool:
    return step == (policy.CONTACT_STEP if role == HelperRole.CONTACT else policy.INTRODUCER_STEP)


def _with_rights(view: StepView, known: Known, rules: Rules, *, allowed: bool, is_due: bool) -> StepView:
    step = view.rule.step
    done, fixed = step in known.steps, (*policy.VOTE_STEPS, policy.ADMITTED_STEP, policy.CONFIRMED_STEP)
    concluded = policy.CONFIRMED_STEP in known.steps and step in fixed
    followed = any(step in rule.requires and number in known.steps for number, rule in rules.items())
    removable = step not in (1, policy.ADMITTED_STEP, policy.CONFIRMED_STEP) and not followed
    open_to = allowed and done and not concluded
    return replace(
        view,
        may_record=allowed and is_due,
        may_correct=open_to and step != policy.REVIEW_STEP,
        may_withdraw=open_to and (removable or _spare_review(known, step)),
    )


def _spare_review(known: Known, step: int) -> bool:
    return step == policy.REVIEW_STEP and len(known.reviews) > 1


def _votes(known: Known) -> dict[tuple[int, str], MeetingVote]:
    """The votes on which steps rest, as the logs have them now. One query where there are any."""
    meetings = [row.meeting_id for row in known.steps.values() if row.meeting_id]
    votes = MeetingVote.objects.filter(meeting__in=meetings, passed=True) if meetings else []
    return {(vote.meeting_id, vote.subject): vote for vote in votes}


def _remarks(
    known: Known, rules: Rules, row: AdmissionStep, votes: dict[tuple[int, str], MeetingVote], today: date
) -> tuple[str, ...]:
    """What a reader should know about a step that is done: a lateness, a log that was corrected since."""
    rest = replace(known.progress, done={step: day for step, day in known.progress.done.items() if step != row.step})
    problems = policy.step_problems(rules, rest, row.step, row.done_on, today=today, is_skipped=row.is_skipped)
    remarks = [problem.text.replace("，请在“说明”中写明原因", "") for problem in problems if not problem.is_hard]
    if row.meeting is not None:
        remarks += _log_remarks(row, votes.get((row.meeting.pk, row.vote_subject)))
    return tuple(remarks)


def _log_remarks(row: AdmissionStep, vote: MeetingVote | None) -> list[str]:
    meeting = row.meeting
    if meeting is None or meeting.status != MeetingStatus.SUBMITTED:
        return ["所依据的会议记录已退回或作废，请核对。"]
    if vote is None:
        return ["所依据的会议记录已更正，原来的表决不在其中或未通过，请核对。"]
    remarks = []
    if meeting.held_on != row.done_on:
        remarks.append(f"所依据的会议记录日期已更正为{meeting.held_on}，请更正这一步。")
    if vote.method != VoteMethod.SECRET:
        remarks.append("应采用无记名投票方式，会议记录中写的是举手表决。")
    return remarks


@dataclass(frozen=True, slots=True)
class StepCount:
    """How many people are due for one step: overdue, within SOON_DAYS, to be done already (the overdue among them)."""

    step: int
    title: str
    actor: str
    overdue: int
    soon: int
    ready: int
    may_batch: bool


def dues_by_step(user: User, today: date) -> list[StepCount]:
    """How many by step are overdue, coming, to be done already; steps without any are left out. Two queries."""
    rows = AdmissionDue.objects.visible_to(user, Capability.ADMISSION_VIEW).order_by().values("step")
    late, near, ready = (due_query(code, today) for code in ("overdue", "soon", "ready"))
    counts = rows.annotate(
        overdue=Count("pk", filter=late), soon=Count("pk", filter=near), ready=Count("pk", filter=ready)
    )
    rules = admission_rules(today)
    return [
        StepCount(
            row["step"],
            rules[row["step"]].title,
            AdmissionActor(rules[row["step"]].actor).label,
            row["overdue"],
            row["soon"],
            row["ready"],
            row["step"] not in policy.SINGLE_STEPS and user.scope(right_for(rules[row["step"]].actor)).can,
        )
        for row in sorted(counts, key=lambda row: row["step"])
        if row["step"] in rules and (row["overdue"] or row["soon"] or row["ready"])
    ]
