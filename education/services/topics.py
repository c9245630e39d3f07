"""Topics of a plan: freely written in a draft; once published, only put off or cancelled, with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from accounts.models import User
from branches.services.personal_data import refuse_personal_numbers
from core import audit
from core.calendar import local_today
from education.choices import StudyPlanState
from education.models import Material, StudyPlan, StudyTopic
from education.policy.study import topic_window
from education.services.plans import plan_locked
from education.services.study_tasks import tasks_due_again

#: A plan with more topics than this is no plan but a syllabus.
TOPICS_LIMIT = 100
PLAIN = ("theme", "reading", "audience", "is_required")


@transaction.atomic
def topic_add(*, by: User, plan: StudyPlan, values: Mapping[str, Any]) -> StudyTopic:
    """One more topic of a draft. ``values``: PLAIN, month, due_on, materials. ValidationError by field."""
    plan = plan_locked(plan, StudyPlanState.DRAFT)
    topic = _topic_made(plan, values, _next_number(plan))
    _audit(by, "study_topic.add", topic, after=_told(topic))
    return topic


@transaction.atomic
def topics_import(*, by: User, plan: StudyPlan, rows: Sequence[Mapping[str, Any]]) -> int:
    """Add topics from a sheet, all or none; how many."""
    plan = plan_locked(plan, StudyPlanState.DRAFT)
    first = _next_number(plan)
    for number, values in enumerate(rows, start=first):
        _topic_made(plan, values, number)
    after = {"title": plan.title, "主题数": len(rows)}
    audit.record(by=by, action="study_topic.import", target=plan, scope_path=plan.organisation.path, after=after)
    return len(rows)


@transaction.atomic
def topic_update(*, by: User, topic: StudyTopic, values: Mapping[str, Any]) -> StudyTopic:
    """Reword a topic of a draft. ValidationError by field."""
    plan = plan_locked(topic.plan, StudyPlanState.DRAFT)
    topic = _locked(topic, plan)
    before = _told(topic)
    _describe(topic, values)
    topic.save()
    topic.materials.set(_materials(values))
    _audit(by, "study_topic.update", topic, before=before, after=_told(topic))
    return topic


@transaction.atomic
def topic_remove(*, by: User, topic: StudyTopic) -> None:
    """Take a topic out of a draft."""
    plan = plan_locked(topic.plan, StudyPlanState.DRAFT)
    topic = _locked(topic, plan)
    _audit(by, "study_topic.remove", topic, before=_told(topic))
    topic.delete()


@transaction.atomic
def topic_postpone(*, by: User, topic: StudyTopic, due_on: date, reason: str) -> StudyTopic:
    """Give more time for a topic of a published plan; never less. ValidationError by field."""
    plan = plan_locked(topic.plan, StudyPlanState.PUBLISHED)
    topic = _locked(topic, plan)
    if not topic.due_on < due_on <= plan.ends_on:
        raise ValidationError({"due_on": [f"应晚于现在的时限（{topic.due_on}），不晚于计划结束（{plan.ends_on}）。"]})
    before = _told(topic)
    topic.due_on = due_on
    topic.save()
    _audit(by, "study_topic.postpone", topic, before=before, after=_told(topic), reason=_reason(reason))
    tasks_due_again(topic=topic)
    return topic


@transaction.atomic
def topic_cancel(*, by: User, topic: StudyTopic, reason: str) -> StudyTopic:
    """Ask a topic of a published plan of nobody any more; what was done stays."""
    plan = plan_locked(topic.plan, StudyPlanState.PUBLISHED)
    topic = _locked(topic, plan)
    topic.cancelled_on, topic.cancel_reason = local_today(), _reason(reason)
    topic.full_clean(exclude=["plan"])
    topic.save()
    _audit(by, "study_topic.cancel", topic, reason=topic.cancel_reason)
    tasks_due_again(topic=topic)
    return topic


def _next_number(plan: StudyPlan) -> int:
    return int(plan.topics.aggregate(last=Max("number"))["last"] or 0) + 1


def _topic_made(plan: StudyPlan, values: Mapping[str, Any], number: int) -> StudyTopic:
    if number > TOPICS_LIMIT:
        raise ValidationError(f"一个计划最多{TOPICS_LIMIT}个主题。")
    topic = StudyTopic(plan=plan, number=number)
    _describe(topic, values)
    topic.save(force_insert=True)
    topic.materials.set(_materials(values))
    return topic


def _locked(topic: StudyTopic, plan: StudyPlan) -> StudyTopic:
    held: StudyTopic = StudyTopic.objects.select_for_update(no_key=True).get(pk=topic.pk)
    held.plan = plan
    if held.cancelled_on:
        raise ValidationError("这个主题已经取消。")
    return held


def _describe(topic: StudyTopic, values: Mapping[str, Any]) -> None:
    for name in PLAIN:
        setattr(topic, name, values[name])
    topic.reading = "\n".join(line.strip() for line in topic.reading.splitlines() if line.strip())
    refuse_personal_numbers({"theme": topic.theme, "reading": topic.reading})
    plan = topic.plan
    try:
        window = topic_window(
            starts_on=plan.starts_on, ends_on=plan.ends_on, month=values.get("month"), due_on=values.get("due_on")
        )
    except ValueError as error:
        raise ValidationError({"due_on": [f"时限{error}"]}) from error
    topic.starts_on, topic.due_on = window.starts_on, window.due_on
    topic.full_clean(exclude=["plan"])
    if StudyTopic.objects.filter(plan=plan, theme=topic.theme).exclude(pk=topic.pk).exists():
        raise ValidationError({"theme": ["这个计划里已有同名的主题。"]})


def _materials(values: Mapping[str, Any]) -> list[Material]:
    return list(Material.objects.filter(pk__in=values.get("materials") or []))


def _reason(reason: str) -> str:
    if not reason.strip():
        raise ValidationError({"reason": ["请写明原因。"]})
    refuse_personal_numbers({"reason": reason})
    return reason.strip()[:200]


def _audit(by: User, action: str, topic: StudyTopic, **told: Any) -> None:
    audit.record(by=by, action=action, target=topic, scope_path=topic.plan.organisation.path, **told)


def _told(topic: StudyTopic) -> dict[str, Any]:
    told: dict[str, Any] = {name: getattr(topic, name) for name in PLAIN}
    return told | {"starts_on": topic.starts_on.isoformat(), "due_on": topic.due_on.isoformat()}
