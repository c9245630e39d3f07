"""调研式推进: a topic, its field visits, problems with measures, its result and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import MeetingStatus
from branches.models import Meeting, Organisation
from branches.services.obligations import organisations_lock
from branches.services.worklists import item_add, worklist_create, worklist_rename
from core import audit
from core.calendar import local_today
from oversight.choices import ResearchState
from oversight.models import FieldVisit, ResearchProblem, ResearchTopic
from oversight.services.texts import cleaned, written

WORKLIST_SOURCE = "oversight.research"
FIELDS = ("title", "question", "leader", "starts_on", "ends_on")
LINKS = ["worklist", "by"]
RESULT_MINIMUM = 20


@dataclass(frozen=True, slots=True)
class Measure:
    """What mends a problem: a task of the worklist."""

    task: str
    organisation: Organisation
    due_on: date
    owner: str = ""


@transaction.atomic
def topic_create(*, by: User, organisation: Organisation, values: Mapping[str, Any]) -> ResearchTopic:
    """A topic with an empty list of measures. ValidationError by field."""
    organisations_lock([organisation.pk])
    topic = ResearchTopic(organisation=organisation, by=by)
    _describe(topic, values)
    topic.full_clean(exclude=LINKS)
    topic.worklist = worklist_create(by=by, organisation=organisation, source=WORKLIST_SOURCE, title=topic.title)
    topic.save(force_insert=True)
    _record(by, "research.create", topic)
    return topic


@transaction.atomic
def topic_update(
    *, by: User, topic: ResearchTopic, values: Mapping[str, Any], expected_revision: int | None = None
) -> ResearchTopic:
    held = _locked(topic, (ResearchState.OPEN,), expected_revision)
    before = _told(held)
    _describe(held, values)
    _save(held)
    worklist_rename(by=by, worklist=held.worklist, title=held.title)
    _record(by, "research.update", held, before=before)
    return held


@transaction.atomic
def topic_conclude(*, by: User, topic: ResearchTopic, result: str) -> ResearchTopic:
    """形成成果: what the research came to; asks for a field visit and a problem at least. ValidationError by field."""
    held = _locked(topic, (ResearchState.OPEN,))
    result = cleaned(result=result)["result"]
    if len(result) < RESULT_MINIMUM:
        raise ValidationError({"result": f"请写明调研成果，至少{RESULT_MINIMUM}个字。"})
    if not held.visits.exists() or not held.problems.exists():
        raise ValidationError("还没有登记调研点位或发现的问题。")
    held.state, held.result, held.concluded_on = ResearchState.CONCLUDED, result, local_today()
    _save(held)
    _record(by, "research.conclude", held)
    return held


@transaction.atomic
def topic_apply(*, by: User, topic: ResearchTopic, kind: str, name: str, applied_on: date) -> ResearchTopic:
    """成果转化: the document that was issued or the practice that was taken up. ValidationError by field."""
    held = _locked(topic, (ResearchState.CONCLUDED,))
    name = written("result_name", name, "文件或做法的名称")
    if held.concluded_on and not held.concluded_on <= applied_on <= local_today():
        raise ValidationError({"applied_on": f"日期应在{held.concluded_on}与今天之间。"})
    held.state, held.result_kind, held.result_name, held.applied_on = ResearchState.APPLIED, kind, name, applied_on
    _save(held)
    _record(by, "research.apply", held)
    return held


@transaction.atomic
def topic_reopen(*, by: User, topic: ResearchTopic, reason: str) -> ResearchTopic:
    """Go on with a topic that was concluded, with a reason."""
    held = _locked(topic, (ResearchState.CONCLUDED, ResearchState.APPLIED))
    reason = written("reason", reason, "原因")
    held.state, held.concluded_on, held.applied_on = ResearchState.OPEN, None, None
    held.result_kind = held.result_name = ""
    _save(held)
    _record(by, "research.reopen", held, reason=reason)
    return held


@transaction.atomic
def field_visit_record(
    *,
    by: User,
    topic: ResearchTopic,
    held_on: date | None = None,
    place: str = "",
    organisation: Organisation | None = None,
    note: str = "",
    meeting: Meeting | None = None,
) -> FieldVisit:
    """A day in the field; where a log was written there it is linked, and its day and branch count."""
    held = _locked(topic, (ResearchState.OPEN,))
    texts = cleaned(place=place, note=note)
    if meeting is not None:
        if meeting.status != MeetingStatus.SUBMITTED or not meeting.organisation.path.startswith(
            held.organisation.path
        ):
            raise ValidationError({"meeting": "请选择已提交的会议记录。"})
        held_on, organisation = meeting.held_on, organisation or meeting.organisation
    if held_on is None:
        raise ValidationError({"held_on": "请填写日期，或者选择会议记录。"})
    if not held.starts_on <= held_on <= local_today():
        raise ValidationError({"held_on": f"日期应在{held.starts_on}与今天之间。"})
    if not texts["place"] and organisation is None:
        raise ValidationError({"place": "请填写地点或选择党组织。"})
    visit = FieldVisit(topic=held, held_on=held_on, organisation=organisation, meeting=meeting, by=by, **texts)
    visit.full_clean(exclude=["topic", "organisation", "meeting", "by"])
    visit.save(force_insert=True)
    _record(by, "research.visit", held, reason=str(visit))
    return visit


@transaction.atomic
def problem_add(*, by: User, topic: ResearchTopic, text: str, measure: Measure | None = None) -> ResearchProblem:
    """A problem found, with the measure that mends it where that is known. ValidationError by field."""
    held = _locked(topic, (ResearchState.OPEN, ResearchState.CONCLUDED))
    problem = ResearchProblem(topic=held, text=written("text", text, "问题"), by=by)
    problem.full_clean(exclude=["item", "by"])
    problem.save(force_insert=True)
    if measure is not None:
        _take(by, problem, measure)
    _record(by, "research.problem", held, reason=problem.text)
    return problem


@transaction.atomic
def problem_measure(*, by: User, problem: ResearchProblem, measure: Measure) -> ResearchProblem:
    """Take a measure against a problem that has none yet."""
    held = _locked(problem.topic, (ResearchState.OPEN, ResearchState.CONCLUDED))
    row: ResearchProblem = ResearchProblem.objects.select_for_update(of=("self",)).get(pk=problem.pk)
    if row.item_id is not None:
        raise ValidationError("这个问题已有对策。", code="conflict")
    row.topic = held
    _take(by, row, measure)
    _record(by, "research.measure", held, reason=measure.task)
    return row


@transaction.atomic
def problem_remove(*, by: User, problem: ResearchProblem) -> None:
    """Take out a problem entered by mistake; not once a measure was taken."""
    held = _locked(problem.topic, (ResearchState.OPEN,))
    row: ResearchProblem = ResearchProblem.objects.select_for_update(of=("self",)).get(pk=problem.pk)
    if row.item_id is not None:
        raise ValidationError("这个问题已有对策，不能删除。")
    _record(by, "research.problem_remove", held, reason=row.text)
    row.delete()


def _take(by: User, problem: ResearchProblem, measure: Measure) -> None:
    problem.item = item_add(
        by=by,
        worklist=problem.topic.worklist,
        task=measure.task,
        organisation=measure.organisation,
        owner=measure.owner,
        due_on=measure.due_on,
        measures=f"针对问题：{problem.text}",
    )
    problem.save()


def _locked(topic: ResearchTopic, states: tuple[str, ...], expected_revision: int | None = None) -> ResearchTopic:
    organisations_lock([topic.organisation_id])
    rows = ResearchTopic.objects.select_for_update(of=("self",)).select_related("organisation", "worklist")
    held: ResearchTopic = rows.get(pk=topic.pk)
    if held.state not in states:
        raise ValidationError(f"这个课题现在是“{held.get_state_display()}”，不能这样办理。", code="conflict")
    if expected_revision is not None and held.revision != expected_revision:
        raise ValidationError("这个课题刚被改过，请看过新内容再保存。", code="conflict")
    return held


def _describe(topic: ResearchTopic, values: Mapping[str, Any]) -> None:
    texts = cleaned(**{name: str(values.get(name) or "") for name in ("title", "question", "leader")})
    for name in FIELDS:
        setattr(topic, name, texts.get(name, values.get(name)))


def _save(topic: ResearchTopic) -> None:
    topic.revision += 1
    topic.full_clean(exclude=LINKS)
    topic.save()


def _told(topic: ResearchTopic) -> dict[str, Any]:
    return {
        "title": topic.title,
        "leader": topic.leader,
        "starts_on": topic.starts_on.isoformat(),
        "ends_on": topic.ends_on.isoformat(),
        "state": topic.state,
    }


def _record(by: User, action: str, topic: ResearchTopic, **facts: Any) -> None:
    audit.record(by=by, action=action, target=topic, scope_path=topic.organisation.path, after=_told(topic), **facts)
