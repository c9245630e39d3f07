"""Celery's side of the ground floor: each task takes ids and makes one call."""

from __future__ import annotations

from celery import shared_task

from branches.services import (
    closings,
    deadlines,
    handbook,
    obligation_checks,
    obligations,
    roster,
    roster_undo,
    search_index,
)
from core.jobs import Progress, job_handler
from core.models import Job


@shared_task
def obligations_open() -> int:
    return obligations.obligations_open()


@shared_task
def deadlines_follow() -> None:
    deadlines.deadlines_refresh_all()


@shared_task
def quarters_close() -> int:
    return closings.quarters_close()


@shared_task
def obligations_verify() -> int:
    return obligation_checks.obligations_verify_nightly()


@shared_task
def search_catch_up() -> int:
    return search_index.meetings_catch_up()


@job_handler(roster.CHECK_JOB)
def roster_check(job: Job, progress: Progress) -> None:
    roster.roster_check(batch_id=job.arguments["batch"], progress=progress)


@job_handler(roster.COMMIT_JOB)
def roster_commit(job: Job, progress: Progress) -> None:
    roster.roster_commit_queued(by_id=job.arguments["by"], batch_id=job.arguments["batch"], progress=progress)


@job_handler(roster_undo.UNDO_JOB)
def roster_undone(job: Job, progress: Progress) -> None:
    roster_undo.roster_undo_queued(by_id=job.arguments["by"], batch_id=job.arguments["batch"])


@job_handler(handbook.JOB_KIND)
def handbook_build(job: Job, progress: Progress) -> None:
    handbook.handbook_build(job=job, progress=progress)
