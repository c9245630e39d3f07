"""Background jobs: enqueued in the caller's transaction, claimed by conditional update, resumed when a worker dies.

An app registers a handler in its `tasks` (or `ledgers`) module::

    @job_handler("quarter_report")
    def build(job: Job, progress: Progress) -> None:
        with result_file(job, "三季度报表.xlsx") as path:
            ...
            progress(done, total, "正在汇总")

The handler runs outside any transaction and calls ``progress`` at least every 30 seconds, outside `atomic` as well: a
job silent for a minute counts as dead and is started again, so a handler must be safe to run twice. This module knows
no Celery; `core.apps` tells it how to publish.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from core import audit
from core.actors import Actor
from core.context import use_context
from core.models import Job, JobState

MAX_ATTEMPTS = 3
STALE_AFTER = timedelta(seconds=60)
REDISPATCH_AFTER = timedelta(seconds=60)
KEEP_FILES = timedelta(days=30)
WRITE_INTERVAL = 1.0  # seconds between two progress writes
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}$")
ACTIVE = (JobState.QUEUED, JobState.RUNNING)

logger = logging.getLogger(__name__)


class JobCancelled(Exception):
    """The owner cancelled the job, or another worker took it over; the handler lets it pass."""


Handler = Callable[[Job, "Progress"], None]
_handlers: dict[str, Handler] = {}
_publishers: list[Callable[[UUID], None]] = []


def job_handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of this kind."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return register


def use_publisher(publish: Callable[[UUID], None]) -> None:
    """How the broker is told that a job waits; the last one given counts."""
    _publishers[:] = [publish]


@transaction.atomic
def job_enqueue(
    *,
    by: Actor | None,
    kind: str,
    arguments: Mapping[str, Any],
    title: str,
    scope_path: str = "",
    capability: str = "",
) -> Job:
    """Store a job and publish it after commit. The same job of the same owner still under way is returned instead.

    ``capability``: what the owner must still hold (over ``scope_path``, if given) when downloading the result.
    """
    if twin := _twin(by, kind, arguments):
        return twin
    job = Job(
        owner_id=by.pk if by else None,
        kind=kind,
        arguments=dict(arguments),
        title=title[:200],
        scope_path=scope_path,
        capability=str(capability),
        dispatched_at=timezone.now(),
    )
    job.save(force_insert=True)
    after = {"kind": kind, "arguments": dict(arguments)}
    audit.record(by=by, action="job.enqueue", target=job, scope_path=scope_path, after=after)
    transaction.on_commit(lambda: _publish(job.pk), robust=True)
    return job


@transaction.atomic
def job_cancel(*, by: Actor, job: Job) -> bool:
    """Stop a job that still waits or runs; a running handler notices at its next progress. False if it had ended."""
    stopped = Job.objects.filter(pk=job.pk, state__in=ACTIVE).update(
        state=JobState.CANCELLED, finished_at=timezone.now(), message="已由发起人取消。"
    )
    if stopped:
        audit.record(by=by, action="job.cancel", target=job, scope_path=job.scope_path)
    return bool(stopped)


def job_execute(job_id: UUID | str) -> bool:
    """Claim the job and do it; False when somebody else has it or it has ended.

    Database failures are raised: the row stays "running" without a heartbeat, and the sweeper starts it again.
    """
    job = _claim(job_id)
    if job is None:
        return False
    progress = Progress(job)
    with use_context(request_id=f"job-{job.pk}"):
        try:
            _handler(job.kind)(job, progress)
        except JobCancelled:
            logger.info("job %s (%s) stopped: cancelled or taken over", job.pk, job.kind)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            logger.exception("job %s (%s) failed", job.pk, job.kind)
            _finish(progress, JobState.FAILED, _reason(job, error))
        else:
            _finish(progress, JobState.DONE, progress.message or "已完成。")
    return True


def job_sweep() -> int:
    """Publish again what waits unheard or lost its worker, and give up what died too often. The number published."""
    now = timezone.now()
    silent = Q(state=JobState.RUNNING, heartbeat_at__lt=now - STALE_AFTER)
    Job.objects.filter(silent, attempts__gte=MAX_ATTEMPTS).update(
        state=JobState.FAILED, finished_at=now, message=f"任务连续中断 {MAX_ATTEMPTS} 次，已停止。请重新发起。"
    )
    unheard = Q(dispatched_at__isnull=True) | Q(dispatched_at__lt=now - REDISPATCH_AFTER)
    waiting = Job.objects.filter(silent | Q(state=JobState.QUEUED), unheard)
    published = 0
    for job_id in list(waiting.order_by("created_at").values_list("pk", flat=True)):
        if waiting.filter(pk=job_id).update(dispatched_at=now):
            published += 1
            _publish(job_id)
    return published


def job_files_purge() -> int:
    """Delete result files older than 30 days; the number of folders deleted."""
    cutoff = timezone.now() - KEEP_FILES
    root = _private_root() / "jobs"
    old = [path for path in root.iterdir() if path.stat().st_mtime < cutoff.timestamp()] if root.is_dir() else []
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    Job.objects.filter(finished_at__lt=cutoff).exclude(result_file="").update(result_file="")
    return len(old)


@contextmanager
def result_file(job: Job, name: str) -> Iterator[Path]:
    """
    A path to write the job's result to. It takes the place of an earlier file only once it is complete. Called again
    with another name, the job has several files, of which the last one is its ``result_file``.
    """
    name = _safe_name(name)
    folder = _private_root() / "jobs" / str(job.pk)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".part{job.attempts}-{name}"
    try:
        yield draft
        _flush_to_disk(draft)
        draft.replace(folder / name)
    finally:
        draft.unlink(missing_ok=True)
    job.result_file = f"jobs/{job.pk}/{name}"


def result_path(job: Job) -> Path | None:
    """Where the finished job's file lies; None if there is none (any more)."""
    if job.state != JobState.DONE or not job.result_file:
        return None
    path = (_private_root() / job.result_file).resolve()
    return path if path.is_relative_to(_private_root() / "jobs") and path.is_file() else None


def result_paths(job: Job) -> list[Path]:
    """All files of the finished job by name, none if they are not there (any more)."""
    path = result_path(job)
    return sorted(found for found in path.parent.iterdir() if not found.name.startswith(".")) if path else []


def may_download(user: Any, job: Job) -> bool:
    """Whether the owner still holds the right under which the job was made."""
    if not job.capability:
        return True
    scope = user.scope(job.capability)
    return bool(scope.covers(job.scope_path) if job.scope_path else scope.can)


class Progress:
    """Given to a handler, which calls it with what is done, of how much, and a word for the reader.

    Writes at most once a second; each write is the job's heartbeat. Raises JobCancelled when the job is no longer ours.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self.done, self.total, self.message = job.done, job.total, ""
        self._written_at = float("-inf")

    def __call__(self, done: int, total: int | None = None, message: str = "") -> None:
        self.done = done
        self.total = self.total if total is None else total
        self.message = message[:500] or self.message
        if time.monotonic() - self._written_at >= WRITE_INTERVAL:
            self.write()

    def write(self) -> None:
        """Store the progress now, whenever the last write was."""
        self._written_at = time.monotonic()
        still_ours = owned(self.job).update(
            done=self.done, total=self.total, message=self.message, heartbeat_at=timezone.now()
        )
        if not still_ours:
            raise JobCancelled


def owned(job: Job) -> Any:
    """The job's row as long as this very attempt runs it: the number of attempts tells a late worker from its heir."""
    return Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempts=job.attempts)


def _twin(by: Actor | None, kind: str, arguments: Mapping[str, Any]) -> Job | None:
    wanted = json.loads(json.dumps(dict(arguments), cls=DjangoJSONEncoder))
    active = Job.objects.filter(owner_id=by.pk if by else None, kind=kind, state__in=ACTIVE)
    return next((job for job in active if job.arguments == wanted), None)


def _claim(job_id: UUID | str) -> Job | None:
    now = timezone.now()
    free = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, heartbeat_at__lt=now - STALE_AFTER)
    claimed = Job.objects.filter(free, pk=job_id, attempts__lt=MAX_ATTEMPTS).update(
        state=JobState.RUNNING, attempts=F("attempts") + 1, heartbeat_at=now, dispatched_at=now
    )
    return Job.objects.get(pk=job_id) if claimed else None


def _finish(progress: Progress, state: JobState, message: str) -> None:
    job = progress.job
    owned(job).update(
        state=state,
        message=message[:500],
        done=progress.total if state == JobState.DONE else progress.done,
        total=progress.total,
        result_file=job.result_file,
        finished_at=timezone.now(),
    )


def _handler(kind: str) -> Handler:
    if kind not in _handlers:
        autodiscover_modules("tasks", "ledgers")
    if kind not in _handlers:
        raise ValidationError(f"没有能办理“{kind}”的程序，请联系系统管理员。")
    return _handlers[kind]


def _reason(job: Job, error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "；".join(error.messages)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "服务器磁盘空间不足，文件未能写入；原有文件不受影响。请联系系统管理员。"
    return f"处理时出错，请重新发起；如仍失败，请把任务编号 {job.pk} 告诉系统管理员。"


def _publish(job_id: UUID) -> None:
    """Nudge the workers. A broker that does not answer costs nothing but time: the sweeper publishes again."""
    try:
        for publish in _publishers:
            publish(job_id)
    except Exception as error:
        logger.warning("job %s not published, the sweeper will: %s", job_id, error.__class__.__name__)


def _private_root() -> Path:
    return Path(settings.MEDIA_ROOT).resolve()


def _safe_name(name: str) -> str:
    """A file name without folders or control characters, at most 60 characters of stem."""
    cleaned = _UNSAFE.sub("_", name).lstrip(".")
    ending = match.group() if (match := _ENDING.search(cleaned)) else ""
    return f"{cleaned.removesuffix(ending)[:60] or '结果'}{ending}"


def _flush_to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
