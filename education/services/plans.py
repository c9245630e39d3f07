"""Study plans: written, copied, published, closed. What they ask of branches follows in ``study_tasks``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import OrganisationKind
from branches.models import Organisation
from branches.services.personal_data import refuse_personal_numbers
from core import audit
from core.calendar import local_today
from core.jobs import job_enqueue
from core.models import Job
from education.choices import StudyPlanKind, StudyPlanState
from education.models import StudyPlan, StudyTopic
from education.policy.study import in_year
from education.selectors.plans import Burden, plan_burden
from education.services.study_tasks import PUBLISH_JOB, tasks_due_again, tasks_open

FIELDS = ("kind", "year", "title", "basis", "starts_on", "ends_on")
#: More rows than this are opened by a background job: they would keep the reader waiting.
AT_ONCE = 1000
#: A plan asks for at most so many days ahead (N7: no request without an end).
LONGEST_DAYS = 800


@transaction.atomic
def study_plan_create(
    *, by: User, organisation: Organisation, values: Mapping[str, Any], unit_ids: Collection[int] = ()
) -> StudyPlan:
    """A draft. ValidationError by field."""
    plan = StudyPlan(organisation=organisation, by=by)
    _describe(plan, values)
    plan.save(force_insert=True)
    plan.units.set(_units(plan, unit_ids))
    _audit(by, "study_plan.create", plan, after=_told(plan))
    return plan


@transaction.atomic
def study_plan_update(
    *, by: User, plan: StudyPlan, values: Mapping[str, Any], unit_ids: Collection[int], expected_revision: int
) -> StudyPlan:
    """Reword a draft; its topics must still lie within its days. ValidationError by field."""
    plan = plan_locked(plan, StudyPlanState.DRAFT, expected_revision)
    before = _told(plan)
    _describe(plan, values)
    outside = plan.topics.exclude(starts_on__gte=plan.starts_on, due_on__lte=plan.ends_on).first()
    if outside:
        raise ValidationError({"ends_on": [f"主题“{outside.theme}”会落在计划期间之外，请先改它的时限。"]})
    plan.revision += 1
    plan.save()
    plan.units.set(_units(plan, unit_ids))
    _audit(by, "study_plan.update", plan, before=before, after=_told(plan))
    return plan


@transaction.atomic
def study_plan_discard(*, by: User, plan: StudyPlan) -> None:
    """Throw a draft away; nobody below ever saw it."""
    plan = plan_locked(plan, StudyPlanState.DRAFT)
    _audit(by, "study_plan.discard", plan, before=_told(plan))
    plan.topics.all().delete()
    plan.delete()


@transaction.atomic
def study_plan_copy(*, by: User, plan: StudyPlan, year: int) -> StudyPlan:
    """A draft for another year with the same topics, each day as many years later."""
    apart = year - plan.year
    title = plan.title.replace(str(plan.year), str(year))
    copy = StudyPlan(
        organisation=plan.organisation, by=by, kind=plan.kind, year=year, title=title, basis="",
        starts_on=in_year(plan.starts_on, apart), ends_on=in_year(plan.ends_on, apart),
    )  # fmt: skip
    if apart == 0:
        raise ValidationError({"year": ["请写另一个年度。"]})
    copy.full_clean(exclude=["by"])
    copy.save(force_insert=True)
    copy.units.set(plan.units.filter(ended_on=None))
    for topic in plan.topics.filter(cancelled_on=None).prefetch_related("materials"):
        _topic_copied(topic, copy, apart)
    _audit(by, "study_plan.copy", copy, after=_told(copy) | {"copied_from": plan.title})
    return copy


@transaction.atomic
def study_plan_publish(*, by: User, plan: StudyPlan, expected_revision: int, confirmed: Burden) -> Job | None:
    """
    Address the plan to its branches. ``confirmed`` is the burden that was shown: a different one is not confirmed
    (N7). A large plan is opened by a background job, which is returned.
    """
    plan = plan_locked(plan, StudyPlanState.DRAFT, expected_revision)
    today = local_today()
    _publishable(plan, today)
    burden = plan_burden(plan)
    if burden != confirmed:
        raise ValidationError("发给的党支部或主题有变化，请核对下面的数字后再确认。")
    plan.state, plan.published_on, plan.revision = StudyPlanState.PUBLISHED, today, plan.revision + 1
    plan.save()
    after = _told(plan) | {"党支部数": burden.branches, "应做事项数": burden.rows}
    _audit(by, "study_plan.publish", plan, after=after)
    if burden.branches * burden.topics <= AT_ONCE:
        tasks_open(plan=plan)
        return None
    return job_enqueue(
        by=by, kind=PUBLISH_JOB, arguments={"plan": plan.pk}, title=f"发布学习计划：{plan.title}",
        scope_path=plan.organisation.path, capability="study.record",
    )  # fmt: skip


@transaction.atomic
def study_plan_close(*, by: User, plan: StudyPlan) -> StudyPlan:
    """End a plan before its last day: what is due later is asked of nobody any more."""
    plan = plan_locked(plan, StudyPlanState.PUBLISHED)
    plan.state, plan.closed_on, plan.revision = StudyPlanState.CLOSED, local_today(), plan.revision + 1
    plan.save()
    _audit(by, "study_plan.close", plan, after={"closed_on": plan.closed_on.isoformat()})
    for topic in plan.topics.filter(is_required=True, cancelled_on=None):
        tasks_due_again(topic=topic)
    return plan


def plan_locked(plan: StudyPlan, state: str, expected_revision: int | None = None) -> StudyPlan:
    """The plan's row, locked. ValidationError where it is in another state, or was changed since it was read."""
    rows = StudyPlan.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation")
    held: StudyPlan = rows.get(pk=plan.pk)
    if held.state != state:
        raise ValidationError(f"这个学习计划现在是“{held.get_state_display()}”，不能这样办理。")
    if expected_revision is not None and held.revision != expected_revision:
        raise ValidationError("这个学习计划刚被别人修改过，请刷新后再办理。", code="conflict")
    return held


def _describe(plan: StudyPlan, values: Mapping[str, Any]) -> None:
    for name in FIELDS:
        setattr(plan, name, values[name])
    refuse_personal_numbers({"title": plan.title, "basis": plan.basis})
    if plan.kind == StudyPlanKind.YEARLY and (plan.starts_on.year, plan.ends_on.year) != (plan.year, plan.year):
        raise ValidationError({"ends_on": [f"年度学习计划的起止日期应在{plan.year}年之内。"]})
    if (plan.ends_on - plan.starts_on).days > LONGEST_DAYS:
        raise ValidationError({"ends_on": ["学习计划最长两年，请另订新的计划。"]})
    plan.full_clean(exclude=["by"])


def _units(plan: StudyPlan, unit_ids: Collection[int]) -> list[Organisation]:
    """Units that a plan of the committee is narrowed to; none for everybody."""
    if not unit_ids:
        return []
    rows = Organisation.objects.under(plan.organisation.path).of_kind(OrganisationKind.UNIT).filter(ended_on=None)
    units = list(rows.filter(pk__in=unit_ids))
    if plan.organisation.kind != OrganisationKind.WORK_COMMITTEE or len(units) != len(set(unit_ids)):
        raise ValidationError({"units": ["只能从本级下属的单位中选择。"]})
    return units


def _publishable(plan: StudyPlan, today: date) -> None:
    if not plan.basis.strip():
        raise ValidationError({"basis": ["请先写明依据（文件名、文号或会议决定），再发布。"]})
    if plan.ends_on < today:
        raise ValidationError("计划的结束日期已经过去，不能发布。")
    topics = list(plan.topics.filter(cancelled_on=None))
    if not topics:
        raise ValidationError("还没有主题，不能发布。")
    late = next((topic for topic in topics if topic.is_required and topic.due_on < today), None)
    if late:
        raise ValidationError(f"必学主题“{late.theme}”的时限（{late.due_on}）已经过去，请改期或改为选学。")


def _topic_copied(topic: StudyTopic, plan: StudyPlan, apart: int) -> None:
    row = StudyTopic(
        plan=plan, number=topic.number, theme=topic.theme, reading=topic.reading, audience=topic.audience,
        starts_on=max(in_year(topic.starts_on, apart), plan.starts_on), is_required=topic.is_required,
        due_on=min(in_year(topic.due_on, apart), plan.ends_on),
    )  # fmt: skip
    row.save(force_insert=True)
    row.materials.set(material for material in topic.materials.all() if material.withdrawn_on is None)


def _audit(by: User, action: str, plan: StudyPlan, **told: Any) -> None:
    audit.record(by=by, action=action, target=plan, scope_path=plan.organisation.path, **told)


def _told(plan: StudyPlan) -> dict[str, Any]:
    return {name: str(getattr(plan, name)) for name in FIELDS}
