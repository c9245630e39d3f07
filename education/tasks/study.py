"""Celery's side of study plans: each task takes ids and makes one call."""

from __future__ import annotations

from celery import shared_task

from core.jobs import Progress, job_handler
from core.models import Job
from education.services import study_tasks


@shared_task
def study_tasks_open() -> int:
    return study_tasks.study_tasks_open_all()


@job_handler(study_tasks.PUBLISH_JOB)
def study_plan_open(job: Job, progress: Progress) -> None:
    study_tasks.plan_open_queued(plan_id=job.arguments["plan"], progress=progress)
