"""第一议题: what was studied at the head of a meeting, who led, and the measures that follow, as a worklist."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import MeetingStatus, OrganisationKind
from branches.models import Meeting, Organisation
from branches.services.personal_data import refuse_personal_numbers
from branches.services.worklists import item_add, worklist_create
from core import audit
from core.calendar import local_today
from education.models import FirstTopic, FirstTopicDocument, Material
from education.selectors.first_topics import SOURCE, decisions_of

#: At the head of one meeting so many texts are studied at most.
DOCUMENTS_LIMIT = 20
#: A decision without a day is given so many days.
DEFAULT_DAYS = 30


@dataclass(frozen=True, slots=True)
class DocumentData:
    """A text: one of the materials, or its title, source and date."""

    title: str
    source: str = ""
    issued_on: date | None = None
    material_id: int | None = None


@transaction.atomic
def first_topic_record(
    *,
    by: User,
    organisation: Organisation,
    leader: str,
    documents: Sequence[DocumentData],
    meeting: Meeting | None = None,
    meeting_name: str = "",
    held_on: date | None = None,
    decision_ids: Collection[int] = (),
) -> FirstTopic:
    """
    Register a first topic, of a log or of a meeting without one; decisions of the log become measures. ValidationError
    by field.
    """
    place = Organisation.objects.order_by().select_for_update(no_key=True).get(pk=organisation.pk)
    _check_meeting(place, meeting, meeting_name, held_on)
    row = FirstTopic(
        organisation=place, meeting=meeting, meeting_name=meeting_name.strip(), held_on=held_on, leader=leader.strip(),
        by=by,
    )  # fmt: skip
    _check(row, documents)
    row.worklist = worklist_create(by=by, organisation=place, source=SOURCE, title=_list_title(row))
    row.full_clean(exclude=["by", "meeting", "worklist"])
    row.save(force_insert=True)
    _set_documents(row, documents)
    if meeting is not None:
        _measures(by, row, meeting, decision_ids)
    audit.record(by=by, action="first_topic.record", target=row, scope_path=place.path, after=_told(row))
    return row


@transaction.atomic
def first_topic_update(
    *, by: User, first_topic: FirstTopic, leader: str, documents: Sequence[DocumentData], expected_revision: int
) -> FirstTopic:
    """Correct who led and what was read. ValidationError by field, or where somebody else changed it meanwhile."""
    rows = FirstTopic.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation")
    row: FirstTopic = rows.get(pk=first_topic.pk)
    if row.revision != expected_revision:
        raise ValidationError("这条记录刚被别人修改过，请刷新后再改。", code="conflict")
    before = _told(row)
    row.leader, row.revision = leader.strip(), row.revision + 1
    _check(row, documents)
    row.full_clean(exclude=["by", "meeting", "worklist"])
    row.save()
    _set_documents(row, documents)
    path = row.organisation.path
    audit.record(by=by, action="first_topic.update", target=row, scope_path=path, before=before, after=_told(row))
    return row


def _check_meeting(place: Organisation, meeting: Meeting | None, name: str, held_on: date | None) -> None:
    if meeting is None:
        if place.kind == OrganisationKind.BRANCH:
            raise ValidationError("党支部的第一议题从会议记录登记，请先写会议记录。")
        if held_on is None or not name.strip():
            raise ValidationError({"meeting_name": ["请填写会议名称和日期。"]})
        if held_on > local_today():
            raise ValidationError({"held_on": ["日期不能晚于今天，开过会之后再登记。"]})
        if FirstTopic.objects.filter(organisation=place, held_on=held_on, meeting_name=name.strip()).exists():
            raise ValidationError({"meeting_name": ["这次会议的第一议题已经登记。"]})
        return
    if meeting.organisation_id != place.pk or meeting.status != MeetingStatus.SUBMITTED:
        raise ValidationError("请选本党支部已提交的会议记录。")
    if FirstTopic.objects.filter(meeting=meeting).exists():
        raise ValidationError("这次会议的第一议题已经登记。")


def _check(row: FirstTopic, documents: Sequence[DocumentData]) -> None:
    if not row.leader:
        raise ValidationError({"leader": ["请写领学人。"]})
    titles = [document.title.strip() for document in documents]
    if not titles:
        raise ValidationError({"documents": ["请写明学了哪些篇目。"]})
    if len(titles) > DOCUMENTS_LIMIT:
        raise ValidationError({"documents": [f"一次最多{DOCUMENTS_LIMIT}篇。"]})
    if len(set(titles)) < len(titles):
        raise ValidationError({"documents": ["同一篇目只写一次。"]})
    if any(document.issued_on and document.issued_on > local_today() for document in documents):
        raise ValidationError({"documents": ["来源日期不能晚于今天。"]})
    sources = " ".join(document.source for document in documents)
    texts = {"meeting_name": row.meeting_name, "leader": row.leader, "documents": " ".join([*titles, sources])}
    refuse_personal_numbers(texts)


def _set_documents(row: FirstTopic, documents: Sequence[DocumentData]) -> None:
    known = set(
        Material.objects.filter(pk__in=[each.material_id for each in documents if each.material_id]).values_list(
            "pk", flat=True
        )
    )
    row.documents.all().delete()
    made = [
        FirstTopicDocument(
            first_topic=row, number=number, title=each.title.strip(), source=each.source.strip(),
            issued_on=each.issued_on, material_id=each.material_id if each.material_id in known else None,
        )
        for number, each in enumerate(documents, start=1)
    ]  # fmt: skip
    for document in made:
        document.full_clean(exclude=["first_topic", "material"], validate_constraints=False)
    FirstTopicDocument.objects.bulk_create(made)
    row.titles = "\n".join(document.title for document in made)
    row.save(update_fields=["titles"])


def _measures(by: User, row: FirstTopic, meeting: Meeting, ids: Collection[int]) -> None:
    for decision in decisions_of(meeting, ids):
        item_add(
            by=by, worklist=row.worklist, task=decision.text[:120], organisation=row.organisation,
            owner=decision.owner, due_on=decision.due_on or meeting.held_on + timedelta(days=DEFAULT_DAYS),
        )  # fmt: skip


def _list_title(row: FirstTopic) -> str:
    return f"{row.day} {row.name}：贯彻措施"[:120]


def _told(row: FirstTopic) -> dict[str, Any]:
    return {"meeting": row.name, "day": str(row.day), "leader": row.leader, "titles": row.titles}
