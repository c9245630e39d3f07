"""投诉建议: asked by anybody who has an account, answered by the committee within its own limit."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from branches.models import Organisation
from branches.services.measures import deadlines_refresh
from branches.services.personal_data import refuse_personal_numbers
from core import audit
from core.calendar import add_workdays, local_today
from core.notices import NoticeRow, notices_send
from reports.choices import SuggestionState
from reports.models import Suggestion
from reports.selectors.suggestions import SOURCE, answer_days

TEXT_MINIMUM = 4


@transaction.atomic
def suggestion_write(*, by: User, kind: str, text: str, page: str = "", is_nameless: bool = False) -> Suggestion:
    """
    Ask something of the committee; ``page``: the path on which it came to mind. ValidationError by field. The trail
    tells that something was asked, and never what.
    """
    said = _checked("text", text)
    root = Organisation.objects.filter(depth=1).first()
    if root is None:
        raise ValidationError("平台还没有设立机关工委，暂时不能提交。")
    today = local_today()
    row = Suggestion(
        organisation=root,
        kind=kind,
        text=said,
        page="" if is_nameless else _own_path(page),
        is_nameless=is_nameless,
        by=by,
        asked_on=today,
        due_on=add_workdays(today, answer_days()),
    )
    row.full_clean()
    row.save(force_insert=True)
    deadlines_refresh(source=SOURCE, subjects=[f"{SOURCE}:{row.pk}"])
    audit.record(by=by, action="suggestion.write", target=row, scope_path=root.path, after={"kind": kind})
    return row


@transaction.atomic
def suggestion_answer(*, by: User, suggestion: Suggestion, answer: str) -> Suggestion:
    """Answer it; not one's own. Whoever asked is told. ValidationError by field."""
    row = _open(suggestion)
    if row.by_id == by.pk:
        raise ValidationError("本人提出的由其他人员答复。")
    row.answer, row.answered_by, row.answered_on = _checked("answer", answer), by, local_today()
    row.state = SuggestionState.ANSWERED
    row.full_clean()
    row.save()
    deadlines_refresh(source=SOURCE, subjects=[f"{SOURCE}:{row.pk}"])
    path = row.organisation.path
    audit.record(by=by, action="suggestion.answer", target=row, scope_path=path, after={"on": str(row.answered_on)})
    url = reverse("reports:suggestion_detail", args=[row.pk])
    notices_send(rows=[NoticeRow(row.by_id, f"suggestion:{row.pk}", f"您的{row.get_kind_display()}已答复", url=url)])
    return row


@transaction.atomic
def suggestion_withdraw(*, by: User, suggestion: Suggestion) -> Suggestion:
    """Take back what nobody has answered yet; by whoever asked."""
    row = _open(suggestion)
    if row.by_id != by.pk:
        raise ValidationError("只有提出人可以撤回。")
    row.state = SuggestionState.WITHDRAWN
    row.save(update_fields=["state"])
    deadlines_refresh(source=SOURCE, subjects=[f"{SOURCE}:{row.pk}"])
    audit.record(by=by, action="suggestion.withdraw", target=row, scope_path=row.organisation.path)
    return row


def _open(suggestion: Suggestion) -> Suggestion:
    row = Suggestion.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=suggestion.pk)
    if row.state != SuggestionState.OPEN:
        raise ValidationError(f"这一条{row.get_state_display()}，不能再办理。")
    return row


def _own_path(page: str) -> str:
    """A path of this portal; anything that a browser could take for another address is left out."""
    return page if re.fullmatch(r"/(?![/\\])[\w/.-]*", page) else ""


def _checked(field: str, text: str) -> str:
    said = text.strip()
    if len(said) < TEXT_MINIMUM:
        raise ValidationError({field: f"请写明情况，至少{TEXT_MINIMUM}个字。"})
    refuse_personal_numbers({field: said})
    return said
