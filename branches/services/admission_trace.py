"""The trace of every change, and the check of free text: references of documents, no case content."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from accounts.models import User
from branches.models import AdmissionChange, Applicant
from branches.policy import admission as policy
from core import audit

TEXT_LIMIT = 120


def text_checked(text: str, name: str, *, needed: str = "") -> str:
    """Free text trimmed; ValidationError where it holds an ID number (N11), is too long, or is missing."""
    text = text.strip()
    if needed and not text:
        raise ValidationError({name: needed})
    if policy.holds_id_number(text):
        raise ValidationError({name: "请去掉公民身份号码，平台不登记。"})
    if len(text) > TEXT_LIMIT:
        raise ValidationError({name: f"不能超过{TEXT_LIMIT}字。"})
    return text


def change_keep(
    *, by: User | None, applicant: Applicant, kind: str, before: str, after: str, reason: str, step: int | None = None
) -> AdmissionChange:
    """The trace of a change, for the page and for the audit trail. The caller holds the branch's lock."""
    row = AdmissionChange.objects.create(
        applicant=applicant, kind=kind, step=step, before=before[:200], after=after[:200], reason=reason[:120], by=by
    )
    audit.record(
        by=by,
        action=f"admission.{kind}",
        target=applicant,
        scope_path=applicant.organisation.path,
        before={"text": before, "step": step},
        after={"text": after},
        reason=reason,
    )
    return row
