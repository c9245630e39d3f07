"""Background jobs, each shown to its owner alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from core import audit
from core.actors import UserRequest
from core.doors import door
from core.jobs import job_cancel, may_download, result_path, result_paths
from core.models import Job
from core.selectors import job_of, jobs_of

LIST_SIZE = 50
KINDS = {".docx": "Word", ".pdf": "PDF", ".xlsx": "Excel"}


@door("job.view_own", methods=("GET",))
def job_list(request: UserRequest) -> HttpResponse:
    return render(request, "core/job_list.html", {"jobs": jobs_of(request.user)[:LIST_SIZE], "limit": LIST_SIZE})


@door("job.view_own", methods=("GET",))
def job_detail(request: UserRequest, pk: UUID) -> HttpResponse:
    return render(request, "core/job_detail.html", _context(_own_job(request, pk)))


@door("job.view_own", methods=("GET",))
def job_progress(request: UserRequest, pk: UUID) -> HttpResponse:
    """The card that replaces itself every second while the job is under way."""
    return render(request, "core/_job_card.html", _context(_own_job(request, pk)))


@door("job.view_own", methods=("POST",))
def job_cancel_view(request: UserRequest, pk: UUID) -> HttpResponse:
    job = _own_job(request, pk)
    if job_cancel(by=request.user, job=job):
        messages.success(request, "任务已取消。")
    else:
        messages.info(request, "任务已经结束，无需取消。")
    return redirect("core:job_detail", pk=job.pk)


@door("job.view_own", methods=("GET",))
def job_download(request: UserRequest, pk: UUID) -> HttpResponseBase:
    job = _own_job(request, pk)
    if not may_download(request.user, job):
        raise PermissionDenied("您已没有查看这份文件的权限。")
    path = _asked(request, job)
    if path is None:
        raise Http404("文件还没有生成，或已过保存期。")
    after = {"file": path.name}
    audit.record(by=request.user, action="job.download", target=job, scope_path=job.scope_path, after=after)
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=path.name)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _asked(request: UserRequest, job: Job) -> Path | None:
    """The job's file, of several the one whose ending is in ?type=."""
    ending = request.GET.get("type")
    if not ending:
        return result_path(job)
    return next((path for path in result_paths(job) if path.suffix == f".{ending}"), None)


def _own_job(request: UserRequest, pk: UUID) -> Job:
    job = job_of(request.user, pk)
    if job is None:
        raise Http404("没有找到这个任务。")
    return job


def _context(job: Job) -> dict[str, Any]:
    files = [(path.suffix[1:], KINDS.get(path.suffix, "文件")) for path in result_paths(job)]
    return {"job": job, "has_file": bool(files), "files": files}
