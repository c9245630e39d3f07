"""Pages of core."""

from core.views.audit import (
    audit_admin_detail,
    audit_admin_list,
    audit_auditor_detail,
    audit_auditor_list,
    audit_detail,
    audit_list,
    audit_verify_start,
)
from core.views.errors import bad_request, page_not_found
from core.views.health import healthz
from core.views.jobs import job_cancel_view, job_detail, job_download, job_list, job_progress
from core.views.notices import notice_list, notice_open, notice_read_all
from core.views.search import search_page
from core.views.workdays import workday_delete_view, workday_list

__all__ = [
    "audit_admin_detail",
    "audit_admin_list",
    "audit_auditor_detail",
    "audit_auditor_list",
    "audit_detail",
    "audit_list",
    "audit_verify_start",
    "bad_request",
    "healthz",
    "job_cancel_view",
    "job_detail",
    "job_download",
    "job_list",
    "job_progress",
    "notice_list",
    "notice_open",
    "notice_read_all",
    "page_not_found",
    "search_page",
    "workday_delete_view",
    "workday_list",
]
