"""What the roster's changes do to people on the way: moved with the member, ended with it. Imports no member verb."""

from __future__ import annotations

from datetime import date

from accounts.models import User
from branches.choices import ApplicantChangeKind, ApplicantStatus, StopCategory
from branches.models import Applicant, Member, Organisation
from branches.policy.admission import CONFIRMED_STEP
from branches.services.admission_dues import dues_refresh
from branches.services.admission_trace import change_keep
from core.calendar import local_today


def applicants_follow(*, by: User | None, member: Member, day: date) -> None:
    """
    The roster's change of a probationary member holds here as well: moved to another branch, or struck off. Called in
    the transaction of that change, which holds the locks of the branches; does nothing where nothing is to be done.
    """
    person = Applicant.objects.select_related("organisation").filter(member=member).first()
    if person is None:
        return
    if member.left_on is None and person.organisation_id != member.organisation_id:
        applicant_move(by=by, applicant=person, target=member.organisation, day=day, note="")
    elif member.left_on is not None and person.status == ApplicantStatus.ONGOING and not _concluded(person):
        applicant_end(by=by, applicant=person, category=StopCategory.LEFT, day=day, note="")


def applicant_move(*, by: User | None, applicant: Applicant, target: Organisation, day: date, note: str) -> None:
    """To another branch; helpers who stay behind end."""
    before = f"{applicant.organisation.short_name}（{applicant.organisation.code}）"
    applicant.helpers.filter(ends_on=None).exclude(member__organisation=target).update(ends_on=day)
    applicant.organisation = target
    applicant.save(update_fields=["organisation", "updated_at"])
    after, kind = f"{target.short_name}（{target.code}） {day}", ApplicantChangeKind.TRANSFER
    change_keep(by=by, applicant=applicant, kind=kind, before=before, after=after, reason=note)


def applicant_end(*, by: User | None, applicant: Applicant, category: str, day: date, note: str) -> None:
    """Ended before its time; nothing is due any more."""
    before = applicant.get_status_display()
    applicant.status, applicant.stop_category, applicant.stopped_on = ApplicantStatus.STOPPED, category, day
    applicant.full_clean(exclude=["organisation", "member"])
    applicant.save()
    dues_refresh(applicants=[applicant], today=local_today())
    after, kind = f"{applicant.get_stop_category_display()} {day}", ApplicantChangeKind.STOP
    change_keep(by=by, applicant=applicant, kind=kind, before=before, after=after, reason=note)


def _concluded(person: Applicant) -> bool:
    """Whether the approval that takes the probation away is what strikes the member off."""
    return person.steps.filter(step=CONFIRMED_STEP, round=person.round).exists()
