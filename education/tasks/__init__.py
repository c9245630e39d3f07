"""Celery's side of the wing: each task takes ids and makes one call."""

from education.tasks.study import study_plan_open, study_tasks_open
from education.tasks.training import certificate_sheets_build, hours_renew, hours_renew_ordered

__all__ = ["certificate_sheets_build", "hours_renew", "hours_renew_ordered", "study_plan_open", "study_tasks_open"]
