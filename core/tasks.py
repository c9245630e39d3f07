"""Celery's side of core: each task takes ids and makes one call."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from core import audit_chain, jobs, notices
from core.imports import batches
from core.jobs import Progress, job_handler
from core.models import Job


@shared_task
def job_run(job_id: str) -> None:
    jobs.job_execute(job_id)


@shared_task
def job_sweep() -> None:
    jobs.job_sweep()


@shared_task
def job_files_purge() -> None:
    jobs.job_files_purge()


@shared_task
def imports_purge() -> None:
    batches.imports_purge()


@shared_task
def audit_seal(*, everything: bool = False) -> None:
    audit_chain.audit_seal(everything=everything)


@shared_task
def notices_deliver() -> None:
    notices.notices_deliver()


@job_handler("audit_verify")
def audit_verify(job: Job, progress: Progress) -> None:
    report = audit_chain.audit_verify(progress)
    progress.message = "".join(report.lines(shown=5))


def publish_job(job_id: UUID) -> None:
    """Tell the workers; fails within about a second when the broker is down or frozen."""
    job_run.apply_async((str(job_id),), retry=False, ignore_result=True)
