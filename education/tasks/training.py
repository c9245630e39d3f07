"""The nightly renewal of study hours, and the jobs of hours and certificates."""

from __future__ import annotations

from celery import shared_task

from core.jobs import Progress, job_handler
from core.models import Job
from education.services import certificates, hours


@shared_task(name="education.tasks.hours_renew")
def hours_renew() -> int:
    return hours.hours_renew_nightly()


@job_handler(hours.JOB_KIND)
def hours_renew_ordered(job: Job, progress: Progress) -> None:
    hours.hours_renew_ordered(job=job, progress=progress)


@job_handler(certificates.JOB_KIND)
def certificate_sheets_build(job: Job, progress: Progress) -> None:
    certificates.certificate_sheets_build(job=job, progress=progress)
