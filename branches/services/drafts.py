"""Minutes being typed. The page saves them by itself, so only throwing one away leaves an audit row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from branches.choices import MeetingKind
from branches.models import Meeting, MeetingDraft, Organisation
from branches.policy.minutes import TEXT_LABELS, id_number_problems
from core import audit

#: Characters of JSON; minutes of an hour's meeting have a tenth of it.
CONTENT_LIMIT = 200_000

__all__ = ["draft_discard", "draft_save"]


@transaction.atomic
def draft_save(
    *,
    by: User,
    branch: Organisation,
    draft_id: UUID,
    content: dict[str, Any],
    revision: int,
    meeting: Meeting | None = None,
) -> int:
    """
    Keep what stands in the page, and return its new revision. ``revision`` is what the page had saved before, 0 for
    nothing; a draft that vanished meanwhile is kept anew. ``meeting`` is the log being corrected.

    Raises ValidationError: code "submitted" when the minutes are submitted already, "conflict" when another page saved
    this draft since.
    """
    values = _checked(by, content)
    kept = MeetingDraft.objects.filter(pk=draft_id, organisation=branch, revision=revision)
    if kept.update(**values, updated_at=timezone.now(), revision=F("revision") + 1):
        return revision + 1
    Organisation.objects.order_by().select_for_update(no_key=True).get(pk=branch.pk)  # a submission may be under way
    if Meeting.objects.filter(submission_key=draft_id).exists():
        raise ValidationError("这份记录已经提交，不再保存草稿。", code="submitted")
    try:
        with transaction.atomic():
            MeetingDraft.objects.create(
                pk=draft_id, organisation=branch, meeting=meeting, revision=revision + 1, **values
            )
    except IntegrityError as error:
        message = "这份草稿刚在另一个页面保存过，本页的修改没有存入草稿；刷新可看到那一份，直接提交则以本页为准。"
        raise ValidationError(message, code="conflict") from error
    return revision + 1


@transaction.atomic
def draft_discard(*, by: User, draft: MeetingDraft) -> None:
    """Throw a draft away for good."""
    branch = draft.organisation
    audit.record(
        by=by,
        action="draft.delete",
        target=draft,
        scope_path=branch.path,
        before={"kind": draft.kind, "title": draft.title, "revision": draft.revision},
    )
    draft.delete()


def _checked(by: User, content: dict[str, Any]) -> dict[str, Any]:
    """The columns of a draft; an unknown kind cannot be kept, anything else that is half typed can."""
    kind = content.get("kind")
    if kind not in MeetingKind.values:
        raise ValidationError("会议类型不存在。", code="kind")
    if len(json.dumps(content, ensure_ascii=False)) > CONTENT_LIMIT:
        raise ValidationError("内容太长，草稿没有保存。请精简后再试。", code="size")
    for problems in id_number_problems(_texts(content)).values():
        raise ValidationError(problems[0], code="id_number")
    return {"kind": kind, "title": str(content.get("title", ""))[:120], "content": content, "by": by}


def _texts(content: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Every text of a half-typed page as (field, words for it, text)."""
    for name, value in content.items():
        if isinstance(value, str):
            yield name, TEXT_LABELS.get(name, "内容"), value
    for name, label, part in (("votes", "表决", "votes"), ("decisions", "决议事项", "decisions")):
        for row in content.get(part) or ():
            yield name, label, "\n".join(str(value) for value in row.values())
    for mark in (content.get("attendance") or {}).values():
        yield "attendance", "到会情况的说明", str(mark.get("note", ""))
