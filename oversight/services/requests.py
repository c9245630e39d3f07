"""请示报告: sent one level up, answered or returned there, closed; the clock runs on whoever must answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.models import Organisation
from branches.services.measures import deadlines_refresh
from core import audit
from core.calendar import add_workdays, local_today, workdays_between
from oversight.choices.requests import RequestKind, RequestState
from oversight.models import OfficialRequest, RequestTerm
from oversight.policy.requests import MAX_WORKDAYS, RULE, asked_in_report
from oversight.selectors.requests import superior_of, term_workdays
from oversight.services.texts import cleaned, written

FIELDS = ("kind", "category", "matter", "summary", "number")


@transaction.atomic
def request_send(
    *, by: User, organisation: Organisation, values: Mapping[str, Any], asked_by: date | None = None
) -> OfficialRequest:
    """
    Send a request or a report to the organisation above: kind, category, matter, summary, number. A request is due on
    ``asked_by``, or after the usual term of working days; a report asks for nothing. ValidationError by field.
    """
    target = superior_of(organisation)
    if target is None:
        raise ValidationError("这个党组织没有可以请示报告的上级。")
    today = local_today()
    row = OfficialRequest(organisation=organisation, target=target, by=by, sent_on=today)
    texts = cleaned(**{field: values.get(field, "") for field in ("matter", "summary", "number")})
    for field in FIELDS:
        setattr(row, field, texts.get(field, values.get(field, "")))
    _check_text(row)
    row.due_on = _due(row, asked_by, today)
    row.full_clean()
    row.save(force_insert=True)
    _changed(by, "request.send", row, after={"kind": row.kind, "category": row.category})
    return row


@transaction.atomic
def request_reply(*, by: User, row: OfficialRequest, reply: str, reply_number: str = "") -> OfficialRequest:
    """Answer a request: by somebody of the organisation above who did not write it."""
    found = _locked(row, RequestState.SENT)
    if found.kind != RequestKind.REQUEST:
        raise ValidationError("报告不需要答复，请登记已阅。")
    found.reply = written("reply", reply, "答复意见")
    found.reply_number = cleaned(reply_number=reply_number)["reply_number"]
    _answer(by, found, RequestState.REPLIED)
    _changed(by, "request.reply", found, after={"reply_number": found.reply_number})
    return found


@transaction.atomic
def request_return(*, by: User, row: OfficialRequest, reason: str) -> OfficialRequest:
    """Send it back with the reason, as where it holds two matters or was sent past a level."""
    found = _locked(row, RequestState.SENT)
    found.reply = written("reason", reason, "退回的原因")
    _answer(by, found, RequestState.RETURNED)
    _changed(by, "request.return", found)
    return found


@transaction.atomic
def report_note(*, by: User, row: OfficialRequest) -> OfficialRequest:
    """Note a report as read: that closes it."""
    found = _locked(row, RequestState.SENT)
    if found.kind != RequestKind.REPORT:
        raise ValidationError("请示须作出答复。")
    _answer(by, found, RequestState.DONE)
    _changed(by, "request.note", found)
    return found


@transaction.atomic
def request_withdraw(*, by: User, row: OfficialRequest) -> OfficialRequest:
    """Take back what was not answered yet."""
    found = _locked(row, RequestState.SENT)
    found.state = RequestState.WITHDRAWN
    _store(found)
    _changed(by, "request.withdraw", found)
    return found


@transaction.atomic
def request_finish(*, by: User, row: OfficialRequest) -> OfficialRequest:
    """The organisation that asked has acted on the reply: done."""
    found = _locked(row, RequestState.REPLIED)
    found.state = RequestState.DONE
    _store(found)
    _changed(by, "request.finish", found)
    return found


@transaction.atomic
def request_term_set(
    *, by: User, organisation: Organisation, workdays: int, valid_from: date, basis: str
) -> RequestTerm:
    """Set the usual term of a reply, in working days, from a day on; what was sent before keeps its own."""
    if valid_from < local_today():
        raise ValidationError({"valid_from": "起始日期不能早于今天。"})
    text = written("basis", basis, "依据")
    row = RequestTerm(organisation=organisation, workdays=workdays, valid_from=valid_from, basis=text, by=by)
    row.full_clean()
    row.save(force_insert=True)
    after = {"workdays": workdays, "valid_from": valid_from.isoformat(), "basis": text}
    audit.record(by=by, action="request.term", target=row, scope_path=organisation.path, after=after)
    return row


def _check_text(row: OfficialRequest) -> None:
    if "\n" in row.matter or "\r" in row.matter:
        raise ValidationError({"matter": "一事一请示：请只写一个事项。"})
    if row.kind == RequestKind.REPORT and (phrase := asked_in_report(row.matter, row.summary)):
        field = "matter" if phrase in row.matter else "summary"
        raise ValidationError({field: f"报告里不得夹带请示事项（“{phrase}”），请另行报送请示。依据：{RULE}。"})


def _due(row: OfficialRequest, asked_by: date | None, today: date) -> date | None:
    if row.kind == RequestKind.REPORT:
        if asked_by is not None:
            raise ValidationError({"asked_by": "报告不要求答复，不填答复日期。"})
        return None
    latest = add_workdays(today, MAX_WORKDAYS)
    if asked_by is not None and not today < asked_by <= latest:
        raise ValidationError({"asked_by": f"希望答复日期须晚于今天，不晚于{latest}。"})
    return asked_by or add_workdays(today, term_workdays(today))


def _answer(by: User, row: OfficialRequest, state: str) -> None:
    if by.pk == row.by_id:
        raise ValidationError("不能答复自己报送的请示报告，请由其他同志办理。")
    today = local_today()
    row.state, row.answered_on, row.answered_by = state, today, by
    row.workdays_taken = workdays_between(row.sent_on, today)
    _store(row)


def _locked(row: OfficialRequest, *states: str) -> OfficialRequest:
    rows = OfficialRequest.objects.select_for_update(of=("self",)).select_related("organisation", "target")
    found: OfficialRequest = rows.get(pk=row.pk)
    if found.state not in states:
        raise ValidationError(f"这件{found.get_kind_display()}{found.get_state_display()}，不能这样办理。")
    return found


def _store(row: OfficialRequest) -> None:
    row.full_clean()
    row.save()


def _changed(by: User, action: str, row: OfficialRequest, **what: Any) -> None:
    deadlines_refresh(source="request", subjects=[f"request:{row.pk}"])
    audit.record(by=by, action=action, target=row, scope_path=row.organisation.path, **what)
