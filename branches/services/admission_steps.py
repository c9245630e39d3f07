"""Every write of the 25 steps: recorded one by one or for many at once, corrected with a trace, taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import AdmissionOutcome, ApplicantChangeKind, ApplicantStatus
from branches.models import (
    AdmissionHelper,
    AdmissionReview,
    AdmissionStep,
    Applicant,
    MeetingVote,
)
from branches.policy import admission as policy
from branches.policy.admission import Problem, Progress, Rules
from branches.policy.admission_input import StepData
from branches.selectors.admission import Known, admission_votes, first_log_on, known_of, others_named
from branches.selectors.admission_rules import admission_rules
from branches.services.admission_dues import dues_refresh
from branches.services.admission_helpers import HELPER_ROLES, helpers_replace
from branches.services.admission_members import joined_on_move, member_admit, member_conclude
from branches.services.admission_trace import change_keep, text_checked
from branches.services.obligations import organisations_lock
from core import audit
from core.calendar import local_today


@dataclass(frozen=True, slots=True)
class Entry:
    """One step of one person."""

    applicant: Applicant
    step: int
    data: StepData


@transaction.atomic
def step_record(*, by: User, applicant: Applicant, step: int, data: StepData) -> AdmissionStep | None:
    """
    Record a step as done (or skipped with a reason); step 6 adds one half-yearly review. Step 17 makes the probationary
    member, step 24 the full one. ValidationError by field, in Chinese, with the rule's source; nothing is written then.
    """
    known, rules = _locked([applicant])[0], admission_rules(local_today())
    made = _record(by, known, rules, step, data)
    dues_refresh(applicants=[known.applicant], today=local_today(), rules=rules)
    return made


@transaction.atomic
def steps_record(*, by: User, entries: Sequence[Entry]) -> int:
    """
    Record steps of several people, or several of one, all or nothing; returns how many. In order of people and steps,
    each judged with those before. ValidationError with one message for each person at the first step that is refused,
    its code "person:step".
    """
    rules = admission_rules(local_today())
    known = {item.applicant.pk: item for item in _locked([entry.applicant for entry in entries])}
    refused: list[ValidationError] = []
    failed: set[int] = set()
    for entry in sorted(entries, key=lambda entry: (entry.applicant.pk, entry.step)):
        person = known[entry.applicant.pk]
        if person.applicant.pk in failed:
            continue
        try:
            with transaction.atomic():
                _record(by, person, rules, entry.step, entry.data)
        except ValidationError as error:
            title = rules[entry.step].title if entry.step in rules else ""
            text = f"{entry.applicant.name}（第{entry.step}步 {title}）：{' '.join(error.messages)}"
            refused.append(ValidationError(text, code=f"{entry.applicant.pk}:{entry.step}"))
            failed.add(entry.applicant.pk)
        else:
            if len(entries) > len(known):
                known[entry.applicant.pk] = known_of([person.applicant])[0]
    if refused:
        raise ValidationError(refused)
    dues_refresh(applicants=[item.applicant for item in known.values()], today=local_today(), rules=rules)
    return len(entries)


@transaction.atomic
def step_correct(*, by: User, applicant: Applicant, step: int, data: StepData, why: str) -> AdmissionStep:
    """
    Correct a recorded step; what it said before is kept with the reason ``why``. Refused where later steps would break
    a rule by it, and once the confirmation was approved, for its dates are in the roster then.
    """
    known, rules = _locked([applicant])[0], admission_rules(local_today())
    row = _correctable(known, step)
    if step == policy.REVIEW_STEP:
        raise ValidationError("考察日期有误时，请撤回这次考察后重新填写。")
    data = _voted(known, step, data, row)
    why = text_checked(why, "why", needed="请写明更正原因。")
    progress = _without(known.progress, step)
    _refuse(_problems(rules, _with(progress, step, data), step, data), data)
    _refuse_broken(rules, known.progress, replace(_with(progress, step, data), done=_dated(progress, step, data)))
    before = _told(row, _names(known, step))
    _describe(row, data, rules)
    row.save()
    _apply(by, known, step, data)
    _follow_correction(by, known, step, data)
    told = {"before": before, "after": _told(row, [member.name for member in data.helpers]), "reason": why}
    change_keep(by=by, applicant=known.applicant, kind=ApplicantChangeKind.CORRECTION, step=step, **told)
    dues_refresh(applicants=[known.applicant], today=local_today(), rules=rules)
    return row


@transaction.atomic
def step_withdraw(*, by: User, applicant: Applicant, step: int, why: str) -> None:
    """
    Take back the last thing recorded by mistake; it stays on record as a change. Refused where later steps rest on it,
    and for approvals that have changed the roster. Of step 6 the last review goes.
    """
    known, rules = _locked([applicant])[0], admission_rules(local_today())
    row = _correctable(known, step)
    why = text_checked(why, "why", needed="请写明撤回原因。")
    if step in (1, policy.ADMITTED_STEP, policy.CONFIRMED_STEP):
        raise ValidationError("这一步不能撤回：日期有误请用“更正”，不再培养请用“停止培养”。")
    later = [number for number, rule in rules.items() if step in rule.requires and number in known.steps]
    last_review = known.reviews[-1] if step == policy.REVIEW_STEP and known.reviews else None
    if later and not (last_review and len(known.reviews) > 1):
        raise ValidationError(f"第{later[0]}步“{rules[later[0]].title}”已经办理，不能撤回它前面的步骤。")
    before = str(last_review.done_on) if last_review else _told(row, _names(known, step))
    _take_back(known, row, last_review)
    told = {"before": before, "after": "", "reason": why}
    change_keep(by=by, applicant=known.applicant, kind=ApplicantChangeKind.WITHDRAWAL, step=step, **told)
    dues_refresh(applicants=[known.applicant], today=local_today(), rules=rules)


def _take_back(known: Known, row: AdmissionStep, last_review: AdmissionReview | None) -> None:
    if last_review is not None:
        last_review.delete()
    if row.step in HELPER_ROLES:
        AdmissionHelper.objects.filter(applicant=known.applicant, role=HELPER_ROLES[row.step]).delete()
    if last_review is None or len(known.reviews) == 1:
        row.delete()


def _locked(applicants: Iterable[Applicant]) -> list[Known]:
    """Everything about these people, read anew under their branches' locks."""
    wanted = {applicant.pk: applicant.organisation_id for applicant in applicants}
    organisations_lock(sorted(set(wanted.values())))
    rows = Applicant.objects.select_related("organisation", "member").filter(pk__in=wanted).order_by("pk")
    people = list(rows)
    if any(wanted[person.pk] != person.organisation_id for person in people):
        raise ValidationError("有人刚刚转到其他党支部，请刷新后重试。", code="conflict")
    return known_of(people)


def _record(by: User, known: Known, rules: Rules, step: int, data: StepData) -> AdmissionStep | None:
    applicant = known.applicant
    if applicant.status in (ApplicantStatus.STOPPED, ApplicantStatus.CANCELLED):
        raise ValidationError(f"现在的状态是“{applicant.get_status_display()}”，不能办理。")
    if step == policy.REVIEW_STEP and step in known.steps:
        _review(by, known, data)
        return None
    if step in known.steps:
        raise ValidationError(f"这一步已于{known.steps[step].done_on}办理；日期有误请用“更正”。", code="done")
    data = _voted(known, step, data, None)
    _refuse(_problems(rules, _with(known.progress, step, data), step, data), data)
    row = AdmissionStep(applicant=applicant, step=step, round=_round(applicant, step), by=by)
    _describe(row, data, rules)
    row.full_clean(exclude=["applicant", "by", "meeting"])
    row.save(force_insert=True)
    known.steps[step] = row
    _apply(by, known, step, data)
    _follow(by, known, rules, row)
    after = {"step": step, "title": rules[step].title, "done_on": str(row.done_on), "skipped": row.is_skipped}
    audit.record(by=by, action="admission.step", target=applicant, scope_path=applicant.organisation.path, after=after)
    return row


def _review(by: User, known: Known, data: StepData) -> None:
    """One more review of an activist, in the order of days."""
    start, applicant = known.steps[policy.REVIEW_STEP].done_on, known.applicant
    if policy.REVIEW_ENDS in known.steps:
        raise ValidationError("已确定为发展对象，不再记半年考察。")
    if not start <= data.done_on <= local_today():
        raise ValidationError({"done_on": f"日期须在首次考察之日（{start}）与今天之间。"})
    if data.done_on in known.progress.reviews:
        raise ValidationError({"done_on": "这一天已有考察记录。"})
    _add_review(by, known, data)
    after = {"step": policy.REVIEW_STEP, "done_on": str(data.done_on)}
    audit.record(by=by, action="admission.step", target=applicant, scope_path=applicant.organisation.path, after=after)


def _add_review(by: User, known: Known, data: StepData) -> None:
    note = text_checked(data.note, "note")
    AdmissionReview.objects.create(applicant=known.applicant, done_on=data.done_on, note=note, by=by)


def _voted(known: Known, step: int, data: StepData, row: AdmissionStep | None) -> StepData:
    """Steps 15 and 23 take their day from the log whose vote is chosen (R11)."""
    if step not in policy.VOTE_STEPS:
        return data
    if data.vote is None:
        _refuse_unlogged(known, data)
        return data
    votes = {vote.pk: vote for vote in admission_votes(known.applicant, besides=row)}
    if data.vote.pk not in votes:
        raise ValidationError({"vote": "这项表决不能采用：须是本支部党员大会按R11表决通过、未被他人采用的一项。"})
    if others_named(known.applicant, data.vote.subject):
        raise ValidationError({"vote": "这项表决写的是另一个人；两人以上须逐个讨论、逐个表决。"})
    return replace(data, vote=votes[data.vote.pk], done_on=votes[data.vote.pk].meeting.held_on)


def _refuse_unlogged(known: Known, data: StepData) -> None:
    """Without a log only for assemblies before the branch's first log, with a reason: history, entered once."""
    first = first_log_on(known.applicant.organisation_id)
    if first is not None and data.done_on >= first:
        raise ValidationError(
            {"vote": "请选择支部党员大会记录中的表决；还没有记录的，请先在“组织生活”中补记这次大会。"}
        )
    if not data.reason.strip():
        raise ValidationError({"reason": "大会早于本支部在平台的第一条记录，请在“说明”中写明依据的会议记录。"})


def _with(progress: Progress, step: int, data: StepData) -> Progress:
    """The person as the step leaves it, the step itself apart."""
    if step == policy.CONTACT_STEP:
        return replace(progress, contacts=len(data.helpers))
    if step == policy.INTRODUCER_STEP:
        return replace(progress, introducers=len(data.helpers))
    if step == policy.TRAINING_STEP:
        return replace(progress, training_days=data.training_days, training_hours=data.training_hours)
    return replace(progress, leaves_on=data.leaves_on) if step == policy.STAY_STEP else progress


def _without(progress: Progress, step: int) -> Progress:
    return replace(progress, done={number: day for number, day in progress.done.items() if number != step})


def _dated(progress: Progress, step: int, data: StepData) -> dict[int, date]:
    return {**progress.done, step: data.done_on}


def _problems(rules: Rules, progress: Progress, step: int, data: StepData) -> list[Problem]:
    today = local_today()
    found = [
        Problem(f"请去掉公民身份号码，平台不登记；“{label}”只写文号或材料编号。", True, field=name)
        for name, label in (("note", "文号或材料编号"), ("reason", "说明"))
        if policy.holds_id_number(getattr(data, name))
    ]
    if data.is_skipped and not data.reason.strip():
        found.append(Problem("略过须在“说明”中写明原因。", True, field="reason"))
    if step == policy.CONFIRMING_STEP:
        return found + _outcome_problems(rules, progress, data, today)
    return found + policy.step_problems(rules, progress, step, data.done_on, today=today, is_skipped=data.is_skipped)


def _outcome_problems(rules: Rules, progress: Progress, data: StepData, today: date) -> list[Problem]:
    if data.outcome not in AdmissionOutcome.values:
        return [Problem("请选择讨论结果。", True, field="outcome")]
    if data.outcome == AdmissionOutcome.CANCEL:
        return policy.cancel_problems(progress, data.done_on, today=today)
    found = policy.step_problems(rules, progress, policy.CONFIRMING_STEP, data.done_on, today=today)
    if data.outcome == AdmissionOutcome.EXTEND:
        found += policy.extension_problems(rules, data.months, progress.extended_months)
    return found


def _refuse(problems: Sequence[Problem], data: StepData) -> None:
    """Raise what is refused, by field; a lateness needs its reason."""
    asked = not data.reason.strip()
    refused: dict[str, list[str]] = {}
    for problem in problems:
        if problem.is_hard or (problem.needs_reason and asked):
            refused.setdefault(problem.field, []).append(problem.text)
    if refused:
        raise ValidationError(refused)


def _refuse_broken(rules: Rules, before: Progress, after: Progress) -> None:
    """A corrected day must not put a later step in the wrong."""
    today = local_today()
    known = policy.all_problems(rules, before, today=today)
    broken = {
        step: texts
        for step, texts in policy.all_problems(rules, after, today=today).items()
        if set(texts) - set(known.get(step, []))
    }
    if broken:
        step, texts = next(iter(broken.items()))
        raise ValidationError({"done_on": f"改动后第{step}步“{rules[step].title}”不合规定：{texts[0]}"})


def _describe(row: AdmissionStep, data: StepData, rules: Rules) -> None:
    """Put what was said on the row."""
    vote = data.vote
    row.done_on, row.is_skipped = data.done_on, data.is_skipped
    row.note, row.reason = text_checked(data.note, "note"), text_checked(data.reason, "reason")
    row.meeting = vote.meeting if vote else None
    row.vote_subject = vote.subject if vote else ""
    row.result = result_text(vote) if vote else ""
    row.outcome = data.outcome if row.step == policy.CONFIRMING_STEP else ""
    row.months = data.months if row.outcome == AdmissionOutcome.EXTEND else None


def result_text(vote: MeetingVote) -> str:
    """The tally in one line."""
    written = f"，书面赞成{vote.written}" if vote.written else ""
    return (
        f"{vote.get_method_display()}：应到{vote.should}，实到{vote.present}，赞成{vote.approve}，"
        f"反对{vote.oppose}，弃权{vote.abstain}{written}，通过"
    )


def _apply(by: User, known: Known, step: int, data: StepData) -> None:
    """What single steps say beside their day: people, training, leaving."""
    applicant = known.applicant
    if step in HELPER_ROLES:
        helpers_replace(applicant=applicant, role=HELPER_ROLES[step], members=data.helpers, day=data.done_on)
    elif step == policy.TRAINING_STEP:
        applicant.training_days, applicant.training_hours = data.training_days, data.training_hours
        applicant.save(update_fields=["training_days", "training_hours", "updated_at"])
    elif step == policy.STAY_STEP:
        applicant.leaves_on = data.leaves_on
        applicant.save(update_fields=["leaves_on", "updated_at"])
    elif step == policy.REVIEW_STEP and not known.reviews:
        _add_review(by, known, data)


def _follow(by: User, known: Known, rules: Rules, row: AdmissionStep) -> None:
    """What an approval does to the roster, and an extension to the steps that are to be done again."""
    applicant, done = known.applicant, {**known.progress.done, row.step: row.done_on}
    if row.step == policy.ADMITTED_STEP:
        days = {"assembly_on": done[policy.ASSEMBLY_STEP], "approved_on": row.done_on}
        applicant.member = member_admit(by=by, applicant=applicant, **days)
        applicant.save(update_fields=["member", "updated_at"])
    if row.step != policy.CONFIRMED_STEP:
        return
    decision = known.steps[policy.CONFIRMING_STEP]
    end = policy.probation_end(rules, known.progress) or row.done_on
    longer = replace(known.progress, extended_months=decision.months or 0)
    until = policy.probation_end(rules, longer) or end
    member_conclude(by=by, known=known, approved_on=row.done_on, probation_end=end, extended_until=until)
    if decision.outcome == AdmissionOutcome.EXTEND:
        applicant.extended_months, applicant.round = decision.months or 0, 2
        applicant.save(update_fields=["extended_months", "round", "updated_at"])
        told = {"before": str(end), "after": str(until), "reason": "支部大会决议，上级批准"}
        change_keep(by=by, applicant=applicant, kind=ApplicantChangeKind.EXTENSION, step=row.step, **told)


def _correctable(known: Known, step: int) -> AdmissionStep:
    row = known.steps.get(step)
    if row is None:
        raise ValidationError("这一步还没有办理。")
    if policy.CONFIRMED_STEP in known.steps and step in (
        *policy.VOTE_STEPS,
        policy.ADMITTED_STEP,
        policy.CONFIRMED_STEP,
    ):
        raise ValidationError("转正审批已经完成，入党和转正日期已写入党员名册，这一步不再更改。")
    return row


def _follow_correction(by: User, known: Known, step: int, data: StepData) -> None:
    if step == policy.ASSEMBLY_STEP and policy.ADMITTED_STEP in known.steps:
        joined_on_move(by=by, applicant=known.applicant, assembly_on=data.done_on)


def _round(applicant: Applicant, step: int) -> int:
    return applicant.round if step in policy.SECOND_ROUND else 1


def _names(known: Known, step: int) -> list[str]:
    return [helper.member.name for helper in known.helpers if helper.role == HELPER_ROLES.get(step)]


def _told(row: AdmissionStep, names: Sequence[str]) -> str:
    skipped, outcome = "略过" if row.is_skipped else "", row.get_outcome_display() if row.outcome else ""
    words = [str(row.done_on), skipped, outcome, "、".join(names), row.note, row.reason]
    return " ".join(filter(None, words))[:200]
