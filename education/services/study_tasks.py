"""A branch's side of study plans: its rows opened, and the logs by which it did them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import MeetingStatus
from branches.models import Meeting, Organisation
from branches.services.measures import deadlines_refresh
from core import audit
from core.calendar import local_today
from core.jobs import Progress
from education.choices import StudyPlanState
from education.models import StudyLink, StudyPlan, StudyTask, StudyTopic
from education.selectors.plans import plan_branches
from education.selectors.study_deadlines import SOURCE, subject_of
from education.selectors.study_tasks import Choice, tasks_for_log

PUBLISH_JOB = "education.study_plan"
BATCH = 2000


def tasks_open(*, plan: StudyPlan, progress: Progress | None = None) -> int:
    """
    A row for every branch addressed and every topic, where it is not there yet, and the deadlines that follow; how many
    are new. Each topic is a transaction of its own, so that this may run twice and be resumed.
    """
    branches = list(plan_branches(plan).values_list("pk", flat=True))
    topics = list(plan.topics.filter(cancelled_on=None))
    made = 0
    for number, topic in enumerate(topics):
        if progress:
            progress(number, len(topics), f"正在下达：{topic.theme}")
        made += _opened(topic, branches)
    if progress:
        progress(len(topics), len(topics), f"已下达：{len(branches)}个党支部，{len(topics)}个主题。")
    return made


@transaction.atomic
def _opened(topic: StudyTopic, branches: Collection[int]) -> int:
    known = set(StudyTask.objects.filter(topic=topic).values_list("organisation_id", flat=True))
    new = [StudyTask(topic=topic, organisation_id=pk) for pk in branches if pk not in known]
    StudyTask.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)
    if new:
        tasks_due_again(topic=topic)
    return len(new)


def tasks_due_again(*, topic: StudyTopic) -> None:
    """Bring every branch's deadline of a topic in line with it. Within the transaction that changed the topic."""
    if topic.is_required:
        tasks = StudyTask.objects.filter(topic=topic).values_list("pk", flat=True)
        deadlines_refresh(source=SOURCE, subjects=[subject_of(pk) for pk in tasks])


def study_tasks_open_all() -> int:
    """Rows for branches that were founded or resumed since their plans were published. For the nightly run."""
    today = local_today()
    plans = StudyPlan.objects.filter(state=StudyPlanState.PUBLISHED, ends_on__gte=today)
    return sum(tasks_open(plan=plan) for plan in plans.select_related("organisation"))


def plan_open_queued(*, plan_id: int, progress: Progress) -> None:
    """What the background job of a publication does."""
    tasks_open(plan=StudyPlan.objects.select_related("organisation").get(pk=plan_id), progress=progress)


@transaction.atomic
def study_link(*, by: User, branch: Organisation, meeting: Meeting, task_ids: Collection[int]) -> int:
    """
    Say which topics this log did: exactly these of those that it may do; how many. What was linked and is not named
    any more is unlinked. ValidationError where the log or a topic does not fit.
    """
    branch = Organisation.objects.order_by().select_for_update(no_key=True).get(pk=branch.pk)
    meeting = Meeting.objects.get(pk=meeting.pk)
    if meeting.status != MeetingStatus.SUBMITTED:
        raise ValidationError("这条会议记录没有提交或已退回，更正后再关联。")
    fitting = {row.task.pk: row for row in tasks_for_log(branch, meeting)}
    if set(task_ids) - fitting.keys():
        raise ValidationError({"tasks": ["所选的主题不在这次会议可以完成的范围内，请重新选择。"]})
    linked = {pk for pk, row in fitting.items() if row.linked}
    new, gone = set(task_ids) - linked, linked - set(task_ids)
    StudyLink.objects.bulk_create(StudyLink(task_id=pk, meeting=meeting, by=by) for pk in sorted(new))
    StudyLink.objects.filter(task_id__in=gone, meeting=meeting).delete()
    if new or gone:
        after = {"关联": list(_themes(fitting, new)), "解除": list(_themes(fitting, gone))}
        audit.record(by=by, action="study.link", target=meeting, scope_path=branch.path, after=after)
        deadlines_refresh(source=SOURCE, subjects=[subject_of(pk) for pk in sorted(new | gone)])
    return len(set(task_ids))


def _themes(fitting: dict[int, Choice], ids: Collection[int]) -> Iterator[str]:
    for pk in sorted(ids):
        yield fitting[pk].task.topic.theme
