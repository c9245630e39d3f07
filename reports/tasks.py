"""The roof's work by the clock: each task takes ids and makes one call."""

from __future__ import annotations

import shutil

from celery import shared_task

from core.calendar import local_today
from core.jobs import Progress, job_handler, result_file
from core.models import Job
from reports.exports import report_file_name, report_render
from reports.selectors.reports import report_by_id
from reports.services import quarterly, reminders


@shared_task
def reminders_send() -> None:
    reminders.reminders_send(today=local_today())


@shared_task
def quarter_reports_build() -> None:
    quarterly.last_quarter_enqueue(today=local_today())


@job_handler(quarterly.JOB_KIND)
def quarterly_report_build(job: Job, progress: Progress) -> None:
    """
    Freeze the report, render it, and leave a copy as the job's file. Each step is found done when the job is run
    again.
    """
    report = report_by_id(job.arguments["report"])
    progress(0, 1, "正在读取记录并冻结数据")
    quarterly.quarterly_report_freeze(report=report)
    path = report_render(report, progress)
    with result_file(job, report_file_name(report)) as target:
        shutil.copyfile(path, target)
    progress(1, 1, "报表已生成，数据已冻结。")
