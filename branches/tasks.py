"""Celery's side of the ground floor: each task takes ids and makes one call."""

from __future__ import annotations

from celery import shared_task

from branches.services import obligation_checks, obligations, roster
from core.jobs import Progress, job_handler
from core.models import Job


@shared_task
def obligations_open() -> int:
    return obligations.obligations_open()


@shared_task
def obligations_verify() -> int:
    return obligation_checks.obligations_verify_nightly()


@job_handler(roster.CHECK_JOB)
def roster_check(job: Job, progress: Progress) -> None:
    roster.roster_check(batch_id=job.arguments["batch"], progress=progress)


@job_handler(roster.COMMIT_JOB)
def roster_commit(job: Job, progress: Progress) -> None:
    roster.roster_commit_queued(by_id=job.arguments["by"], batch_id=job.arguments["batch"], progress=progress)
