"""规范性文件备案: registered and filed by the unit, received and reviewed by the committee, corrected by the unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import OrganisationKind
from branches.models import Organisation
from branches.services.measures import deadlines_refresh
from core import audit
from core.calendar import local_today
from oversight.choices.filings import FilingKind, FilingOutcome, FilingState
from oversight.models import Filing, FilingReview
from oversight.policy.filings import REVIEW_RULE, filing_due, review_due, review_latest
from oversight.services.texts import cleaned, written

FACTS = ("name", "number", "issued_on", "joint_issuers", "kind")


@transaction.atomic
def filing_register(*, by: User, organisation: Organisation, values: Mapping[str, Any]) -> Filing:
    """
    Enter a document that the unit issued: name, number, issued_on, joint_issuers, kind. What is not to be filed is
    closed with its ground; the rest is due within thirty calendar days (R21). ValidationError by field.
    """
    if organisation.kind != OrganisationKind.UNIT:
        raise ValidationError("规范性文件由单位登记报备。")
    filing = Filing(organisation=organisation, by=by)
    _set_facts(filing, values)
    filing.save(force_insert=True)
    _refresh(filing)
    _record(by, "filing.register", filing, after=_facts(filing))
    return filing


@transaction.atomic
def filings_register(*, by: User, organisation: Organisation, rows: Iterable[Mapping[str, Any]]) -> int:
    """Enter many at once, all or none, as from an Excel list; how many."""
    return sum(filing_register(by=by, organisation=organisation, values=row) is not None for row in rows)


@transaction.atomic
def filing_revise(*, by: User, filing: Filing, values: Mapping[str, Any]) -> Filing:
    """Mend what was registered, before it is filed."""
    row = _locked(filing, FilingState.PENDING, FilingState.EXEMPT)
    before = _facts(row)
    _set_facts(row, values)
    row.save()
    _refresh(row)
    _record(by, "filing.revise", row, before=before, after=_facts(row))
    return row


@transaction.atomic
def filing_remove(*, by: User, filing: Filing) -> None:
    """Take out a document entered by mistake, before it is filed."""
    row = _locked(filing, FilingState.PENDING, FilingState.EXEMPT)
    _record(by, "filing.remove", row, before=_facts(row))
    subject = f"filing:{row.pk}"
    row.delete()
    deadlines_refresh(source="filing", subjects=[subject])


@transaction.atomic
def filing_submit(*, by: User, filing: Filing, filed_on: date, report_ref: str, text_ref: str, note_ref: str) -> Filing:
    """File the document with its three materials, named by number or title."""
    row = _locked(filing, FilingState.PENDING)
    if not row.issued_on <= filed_on <= local_today():
        raise ValidationError({"filed_on": f"报备日期须在发布日期{row.issued_on}与今天之间。"})
    refs = cleaned(report_ref=report_ref, text_ref=text_ref, note_ref=note_ref)
    missing = {field: "请写明文号或标题。" for field, text in refs.items() if not text}
    if missing:
        raise ValidationError(missing)
    for field, text in refs.items():
        setattr(row, field, text)
    row.state, row.filed_on, row.filed_by, row.return_reason = FilingState.FILED, filed_on, by, ""
    _save(row)
    late = row.late_on(filed_on)
    _record(by, "filing.submit", row, after={**refs, "filed_on": filed_on.isoformat(), "超期天数": late})
    return row


@transaction.atomic
def filing_return(*, by: User, filing: Filing, reason: str) -> Filing:
    """Send incomplete materials back before they are received; the document is then not filed yet."""
    row = _locked(filing, FilingState.FILED)
    _refuse_own(by, row)
    row.state, row.filed_on, row.filed_by = FilingState.PENDING, None, None
    row.return_reason = written("reason", reason, "需要补正什么")
    _save(row)
    _record(by, "filing.return", row, reason=row.return_reason)
    return row


@transaction.atomic
def filing_receive(*, by: User, filing: Filing, received_on: date) -> FilingReview:
    """Receive the filing: the review begins, normally of thirty days (V10)."""
    row = _locked(filing, FilingState.FILED)
    _refuse_own(by, row)
    if row.filed_on is None or not row.filed_on <= received_on <= local_today():
        raise ValidationError({"received_on": f"接收日期须在报备日期{row.filed_on}与今天之间。"})
    return _review_open(by, row, received_on)


@transaction.atomic
def review_extend(*, by: User, filing: Filing, due_on: date, reason: str) -> FilingReview:
    """Put the end of the review off, once, to three months from the receipt at most."""
    row = _locked(filing, FilingState.REVIEWING)
    review = _open_review(row)
    if review.extension_reason:
        raise ValidationError({"due_on": "审查期限只能延长一次。"})
    latest = review_latest(review.received_on)
    if not review.due_on < due_on <= latest:
        raise ValidationError({"due_on": f"须晚于{review.due_on}，最迟{latest}。依据：{REVIEW_RULE}。"})
    before = {"due_on": review.due_on.isoformat()}
    review.extension_reason, review.due_on = written("reason", reason, "延长的原因"), due_on
    _save_review(review)
    after = {"due_on": due_on.isoformat()}
    _record(by, "filing.extend", row, before=before, after=after, reason=review.extension_reason)
    return review


@transaction.atomic
def review_decide(
    *, by: User, filing: Filing, outcome: str, opinion: str, decided_on: date, correct_by: date | None = None
) -> FilingReview:
    """The outcome of a review; a refusal needs a day until which the unit corrects (V11)."""
    row = _locked(filing, FilingState.REVIEWING)
    review = _open_review(row)
    _refuse_own(by, row)
    if not review.received_on <= decided_on <= local_today():
        raise ValidationError({"decided_on": f"审查日期须在接收日期{review.received_on}与今天之间。"})
    refused = outcome == FilingOutcome.REFUSE
    if refused and (correct_by is None or correct_by <= decided_on):
        raise ValidationError({"correct_by": "不予通过的，请写明晚于审查日期的纠正期限。"})
    review.outcome, review.decided_on, review.reviewer = outcome, decided_on, by
    review.opinion = written("opinion", opinion, "审查意见")
    review.correct_by = correct_by if refused else None
    row.state = FilingState.CORRECTING if refused else FilingState.PASSED
    _save_review(review)
    _save(row)
    _record(by, "filing.decide", row, after={"outcome": review.get_outcome_display(), "opinion": review.opinion})
    return review


@transaction.atomic
def filing_correct(*, by: User, filing: Filing, corrected_on: date, correction: str) -> FilingReview:
    """The unit says what it corrected; the next round of review begins on that day."""
    row = _locked(filing, FilingState.CORRECTING)
    last = row.reviews.order_by("-round").select_for_update().get(outcome=FilingOutcome.REFUSE, corrected_on=None)
    if last.decided_on is None or not last.decided_on <= corrected_on <= local_today():
        raise ValidationError({"corrected_on": f"纠正日期须在审查日期{last.decided_on}与今天之间。"})
    last.corrected_on, last.correction = corrected_on, written("correction", correction, "纠正了什么")
    _save_review(last)
    _record(by, "filing.correct", row, after={"correction": last.correction})
    return _review_open(last.received_by, row, corrected_on)


def _review_open(by: User, filing: Filing, day: date) -> FilingReview:
    review = FilingReview(
        filing=filing, round=filing.reviews.count() + 1, received_on=day, received_by=by, due_on=review_due(day)
    )
    filing.state = FilingState.REVIEWING
    _save(filing)
    _save_review(review)
    _record(by, "filing.receive", filing, after={"received_on": day.isoformat(), "round": review.round})
    return review


def _set_facts(filing: Filing, values: Mapping[str, Any]) -> None:
    for field in FACTS:
        setattr(filing, field, values.get(field, ""))
    for field, text in cleaned(name=filing.name, number=filing.number, joint_issuers=filing.joint_issuers).items():
        setattr(filing, field, text)
    if not filing.issued_on or filing.issued_on > local_today():
        raise ValidationError({"issued_on": "发布日期不能晚于今天，发布之后再登记。"})
    if filing.kind == FilingKind.JOINT and not filing.joint_issuers:
        raise ValidationError({"joint_issuers": "请写明联合制定的机关，其中牵头的负责报备。"})
    filing.due_on = filing_due(filing.issued_on)
    filing.state = FilingState.PENDING if filing.kind == FilingKind.DUE else FilingState.EXEMPT
    filing.full_clean()


def _locked(filing: Filing, *states: str) -> Filing:
    row = Filing.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=filing.pk)
    if row.state not in states:
        raise ValidationError(f"这份文件{row.get_state_display()}，不能这样办理。")
    return row


def _open_review(filing: Filing) -> FilingReview:
    found: FilingReview = filing.reviews.select_for_update().get(outcome="")
    return found


def _refuse_own(by: User, filing: Filing) -> None:
    """The marks of the matrix: not the author."""
    if by.pk in (filing.by_id, filing.filed_by_id):
        raise ValidationError("报备人不能审查自己报备的文件，请由其他同志办理。")


def _save(filing: Filing) -> None:
    filing.full_clean()
    filing.save()
    _refresh(filing)


def _save_review(review: FilingReview) -> None:
    review.full_clean()
    review.save()
    deadlines_refresh(source="filing_review", subjects=[review.subject])


def _refresh(filing: Filing) -> None:
    deadlines_refresh(source="filing", subjects=[f"filing:{filing.pk}"])


def _facts(filing: Filing) -> dict[str, Any]:
    return {field: str(getattr(filing, field)) for field in FACTS}


def _record(by: User, action: str, filing: Filing, **what: Any) -> None:
    audit.record(by=by, action=action, target=filing, scope_path=filing.organisation.path, **what)
