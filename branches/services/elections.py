"""An election's frame: opened, its papers entered, linked with the log of its assembly, members left out, cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import (
    PRESENT_STATUSES,
    ElectionBody,
    ElectionKind,
    ElectionOffice,
    ElectionState,
    MeetingKind,
    MeetingStatus,
    OrganisationKind,
)
from branches.models import (
    Attendance,
    Election,
    ElectionContest,
    ElectionExcuse,
    ElectionRound,
    Meeting,
    Member,
    Organisation,
    Term,
)
from branches.selectors.election_rules import rules_on
from branches.selectors.elections import electors
from branches.services.obligations import organisations_lock
from branches.services.terms import check_termed
from core import audit
from core.calendar import local_today

COMMITTEE_MINIMUM = 3
SEATS_LIMIT = 31
#: What may be entered about an election as it goes on.
PAPER_FIELDS = (
    "planned_on", "place", "base", "request_number", "request_on", "reply_number", "reply_on", "scrutineers", "tellers",
    "held_on",
)  # fmt: skip


@transaction.atomic
def election_open(
    *,
    by: User,
    organisation: Organisation,
    kind: str,
    number: int,
    place: str,
    planned_on: date,
    base: str,
    committee: int = 0,
    secretaries: int = 0,
    deputies: int = 0,
    leaders_by: str = ElectionBody.COMMITTEE,
) -> Election:
    """
    Begin a 换届选举, or a 补选 into the present term. ``committee``, ``secretaries`` and ``deputies`` are seats, 0 for
    what is not voted on; ``place``: whose rule fixes the new term's length. ValidationError by field.
    """
    organisation = organisation_locked(organisation)
    term = Term.objects.open().filter(organisation=organisation).first()
    seats: dict[str, int] = {
        ElectionOffice.COMMITTEE: committee,
        ElectionOffice.SECRETARY: secretaries,
        ElectionOffice.DEPUTY: deputies,
    }
    _check_seats(organisation, kind, seats)
    election = Election(
        organisation=organisation, kind=kind, number=number, planned_on=planned_on, base=base, opened_by=by
    )
    if kind == ElectionKind.BY_ELECTION:
        if term is None:
            raise ValidationError("还没有登记本届任期，请先登记届期再补选。")
        election.number, election.years, election.term = term.number, term.years, term
    else:
        _check_number(number, term)
        election.years = _years(organisation, place)
    election.full_clean(exclude=["reported_by", "approved_by"])
    election.save(force_insert=True)
    body = (
        ElectionBody.COMMITTEE
        if leaders_by == ElectionBody.COMMITTEE and _has_committee(committee, kind)
        else ElectionBody.ASSEMBLY
    )
    for office, count in seats.items():
        if count:
            voters = ElectionBody.ASSEMBLY if office == ElectionOffice.COMMITTEE else body
            ElectionContest.objects.create(election=election, office=office, body=voters, seats=count)
    record(
        election, by, "election.open", after={"kind": kind, "number": election.number, "planned_on": str(planned_on)}
    )
    return election


@transaction.atomic
def election_revise(*, by: User, election: Election, values: Mapping[str, Any]) -> Election:
    """
    Enter dates and numbers of papers, who counts, and when it was held. The base of the majority and the day stand fast
    once votes were counted. ValidationError by field.
    """
    found = preparing(election)
    before = {name: _plain(getattr(found, name)) for name in PAPER_FIELDS}
    counted = ElectionRound.objects.filter(contest__election=found).exists()
    for name in PAPER_FIELDS:
        if name in values and values[name] != getattr(found, name):
            if counted and name in ("base", "held_on"):
                raise ValidationError({name: "已经登记计票，不能再改；需要更正时先撤回计票。"})
            if name == "held_on" and found.meeting_id:
                raise ValidationError({name: "选举日期以关联的党员大会记录为准。"})
            setattr(found, name, values[name])
    _check_days(found)
    found.full_clean(exclude=["reported_by", "approved_by"])
    found.save()
    after = {name: _plain(getattr(found, name)) for name in PAPER_FIELDS}
    record(found, by, "election.revise", before=before, after=after)
    return found


@transaction.atomic
def election_link(*, by: User, election: Election, meeting: Meeting | None) -> Election:
    """
    Tie the election to the log of the 党员大会 where it took place, so that nothing is typed twice; None unties it.
    ValidationError once votes were counted, or for another branch's log or one that does not count.
    """
    found = preparing(election)
    if ElectionRound.objects.filter(contest__election=found, contest__body=ElectionBody.ASSEMBLY).exists():
        raise ValidationError("已经登记计票，不能再改关联的会议；需要更正时先撤回计票。")
    if meeting is not None:
        _check_log(found, meeting)
    found.meeting = meeting
    found.held_on = meeting.held_on if meeting else None
    found.save(update_fields=["meeting", "held_on"])
    record(
        found,
        by,
        "election.link",
        after={"meeting": meeting.pk if meeting else None, "held_on": str(found.held_on or "")},
    )
    return found


@transaction.atomic
def election_excuse(*, by: User, election: Election, member: Member, reason: str, decided_on: date) -> ElectionExcuse:
    """
    Leave a member out of 应到会 by the branch's decision, with its day and one of the four reasons (domain.md §3 row
    12). Never done by itself. ValidationError where the member has no vote anyway, or came to the assembly.
    """
    found = preparing(election)
    _check_uncounted(found)
    if decided_on > local_today():
        raise ValidationError({"decided_on": "党组织同意的日期不能晚于今天。"})
    if not electors(found.organisation, local_today()).filter(pk=member.pk).exists():
        raise ValidationError({"member": "只能选择本党组织有选举权的正式党员；预备党员等本来就不计入。"})
    came = Attendance.objects.filter(meeting=found.meeting_id, member=member, status__in=PRESENT_STATUSES)
    if found.meeting_id and came.exists():
        raise ValidationError({"member": "这名党员到了会，应当计入。"})
    excuse = ElectionExcuse(election=found, member=member, reason=reason, decided_on=decided_on, by=by)
    excuse.full_clean()
    excuse.save(force_insert=True)
    record(found, by, "election.excuse", after={"decided_on": str(decided_on), "count": found.excuses.count()})
    return excuse


@transaction.atomic
def election_count_in(*, by: User, excuse: ElectionExcuse) -> None:
    """Count a member again who was left out."""
    found = preparing(excuse.election)
    _check_uncounted(found)
    ElectionExcuse.objects.filter(pk=excuse.pk).delete()
    record(found, by, "election.count_in", after={"count": found.excuses.count()})


@transaction.atomic
def election_cancel(*, by: User, election: Election, reason: str) -> Election:
    """End an election that will not be held, or was opened by mistake; its row and its figures stay."""
    found = preparing(election)
    if not reason.strip():
        raise ValidationError({"reason": "请写明取消的原因。"})
    found.state, found.cancel_reason = ElectionState.CANCELLED, reason.strip()
    found.full_clean(exclude=["reported_by", "approved_by"])
    found.save(update_fields=["state", "cancel_reason"])
    record(found, by, "election.cancel", reason=found.cancel_reason)
    return found


def organisation_locked(organisation: Organisation) -> Organisation:
    """The organisation, its row locked, if it elects its leaders for a term."""
    organisations_lock([organisation.pk])
    found: Organisation = Organisation.objects.get(pk=organisation.pk)
    check_termed(found)
    return found


def preparing(election: Election) -> Election:
    """The election with its organisation locked; ValidationError once its result was reported, or it was cancelled."""
    organisations_lock([election.organisation_id])
    found = Election.objects.select_related("organisation", "meeting").get(pk=election.pk)
    if found.state != ElectionState.PREPARING:
        raise ValidationError(f"这次选举{found.get_state_display()}，不能再改。")
    return found


def record(election: Election, by: User, action: str, **said: Any) -> None:
    audit.record(by=by, action=action, target=election, scope_path=election.organisation.path, **said)


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _has_committee(seats: int, kind: str) -> bool:
    return bool(seats) or kind == ElectionKind.BY_ELECTION


def _check_seats(organisation: Organisation, kind: str, seats: Mapping[str, int]) -> None:
    if not any(seats.values()):
        raise ValidationError("请写明选举哪些职务、各多少名额。")
    if seats[ElectionOffice.SECRETARY] > 1:
        raise ValidationError({"secretaries": "书记只有1名。"})
    if organisation.kind == OrganisationKind.BRANCH and seats[ElectionOffice.DEPUTY] > 1:
        raise ValidationError(
            {"deputies": "党支部必要时可以设1名副书记（《中国共产党支部工作条例（试行）》第二十条）。"}
        )
    committee = seats[ElectionOffice.COMMITTEE]
    if committee > SEATS_LIMIT:
        raise ValidationError({"committee": f"委员名额最多{SEATS_LIMIT}名。"})
    if kind == ElectionKind.REGULAR and not seats[ElectionOffice.SECRETARY]:
        raise ValidationError({"secretaries": "换届选举须选举书记。"})
    if kind == ElectionKind.REGULAR and 0 < committee < COMMITTEE_MINIMUM:
        raise ValidationError({"committee": "委员会由3人以上组成；不设委员会的，名额填0。"})


def _check_number(number: int, term: Term | None) -> None:
    if term is not None and number <= term.number:
        raise ValidationError({"number": f"届次须大于本届（第{term.number}届）。"})


def _years(organisation: Organisation, place: str) -> int:
    rules = rules_on(local_today()).terms_for(organisation.kind)
    found = next((rule.number for rule in rules if rule.place == place), None)
    if found is None:
        raise ValidationError({"place": "请选择任期依据。"})
    return found


def _check_days(election: Election) -> None:
    today = local_today()
    for name in ("held_on", "request_on", "reply_on"):
        if (value := getattr(election, name)) and value > today:
            raise ValidationError({name: "日期不能晚于今天。"})
    if election.request_on and election.reply_on and election.reply_on < election.request_on:
        raise ValidationError({"reply_on": "批复日期不能早于请示日期。"})
    if election.held_on and election.held_on < election.organisation.founded_on:
        raise ValidationError({"held_on": "选举日期不能早于党组织成立日期。"})


def _check_log(election: Election, meeting: Meeting) -> None:
    if meeting.organisation_id != election.organisation_id or meeting.status != MeetingStatus.SUBMITTED:
        raise ValidationError({"meeting": "只能关联本党组织已提交的会议记录。"})
    if not meeting.counts.filter(kind=MeetingKind.ASSEMBLY).exists():
        raise ValidationError({"meeting": "只能关联党员大会的记录。"})


def _check_uncounted(election: Election) -> None:
    if ElectionRound.objects.filter(contest__election=election).exists():
        raise ValidationError("已经登记计票，不能再改应到会人数；需要更正时先撤回计票。")
