"""What follows from the steps: standing, end of the probation, what is due. Rewritten in the causing transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from branches.choices import AdmissionOutcome, ApplicantStatus, Standing
from branches.models import AdmissionDue, Applicant
from branches.policy import admission as policy
from branches.policy.admission import Rules
from branches.selectors.admission import Known, known_of
from branches.selectors.admission_rules import admission_rules

DERIVED = ("standing", "last_step", "probation_ends_on", "status")


def dues_refresh(*, applicants: Iterable[Applicant], today: date, rules: Rules | None = None) -> None:
    """
    Derive everything anew for these people, whose branches are locked by the caller: five statements however many.
    Somebody who stopped has nothing due.
    """
    rules = admission_rules(today) if rules is None else rules
    found = known_of(applicants)
    for known in found:
        _derive(known, rules)
    Applicant.objects.bulk_update([known.applicant for known in found], DERIVED, batch_size=500)
    AdmissionDue.objects.filter(applicant__in=[known.applicant.pk for known in found]).delete()
    AdmissionDue.objects.bulk_create([row for known in found for row in _rows(known, rules)], batch_size=1000)


def _derive(known: Known, rules: Rules) -> None:
    applicant, progress = known.applicant, known.progress
    outcome = known.outcome if policy.CONFIRMED_STEP in progress.done else ""
    if applicant.status != ApplicantStatus.STOPPED:
        applicant.status = {
            AdmissionOutcome.CONFIRM.value: ApplicantStatus.CONFIRMED,
            AdmissionOutcome.CANCEL.value: ApplicantStatus.CANCELLED,
        }.get(outcome, ApplicantStatus.ONGOING)
    confirmed = applicant.status == ApplicantStatus.CONFIRMED
    applicant.standing = Standing(policy.standing_of(progress, is_confirmed=confirmed))
    applicant.last_step = max(progress.done, default=0)
    applicant.probation_ends_on = policy.probation_end(rules, progress)


def _rows(known: Known, rules: Rules) -> list[AdmissionDue]:
    applicant = known.applicant
    if applicant.status in (ApplicantStatus.STOPPED, ApplicantStatus.CANCELLED):
        return []
    return [_row(applicant, due) for due in policy.dues(rules, known.progress)]


def _row(applicant: Applicant, due: policy.Due) -> AdmissionDue:
    return AdmissionDue(
        applicant=applicant,
        step=due.step,
        actor=due.actor,
        from_on=due.from_on,
        due_on=due.due_on,
        sort_on=due.due_on or due.from_on,
    )
