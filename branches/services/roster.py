"""
Importing a roster: uploaded, read and compared (nothing is stored but the batch), then committed as a whole or dropped.
Small files are checked at once, large ones by a background job; the handlers stand in ``branches.tasks``.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from io import BytesIO
from typing import IO, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Capability
from branches.models import Organisation, RosterBatch
from branches.policy.roster import Errors, RosterReader
from branches.policy.roster_columns import TooManyProblems
from branches.policy.roster_layout import find_layout
from branches.services.obligations import organisations_lock
from branches.services.roster_payload import Payload, payload_pack, payload_unpack
from branches.services.roster_plan import Plan, plan_make, plan_of_new, reach_state
from branches.services.roster_store import plan_store
from branches.services.roster_terms import Reach, in_words, reach_of
from core import audit
from core.calendar import local_today
from core.jobs import job_enqueue
from core.sealed import pack_bytes, unpack_bytes
from core.workbooks.reader import Sheet, WorkbookError, read_sheet
from core.workbooks.values import conceal, merged_fill

INLINE_ROWS = 2_000
INLINE_BYTES = 300_000  # about as many rows; a larger file is not even opened before its turn in the background
CHANGES_KEPT = 500
CHECK_JOB, COMMIT_JOB = "roster.check", "roster.commit"
TOO_MANY = "错误太多，不像是党员名册，或者列放错了位置。请对照模板检查后重新上传。"
STALE = "预览之后名册或党组织有变动，已重新核对，请再看一遍差异后确认。"

Progress = Callable[[int, int, str], None]


@transaction.atomic
def roster_upload(*, by: User, organisation: Organisation, file: IO[bytes], file_name: str) -> RosterBatch:
    """
    Read a workbook for the branches under ``organisation`` and compare it with what is stored. Up to INLINE_ROWS rows
    the preview is ready on return; beyond, the batch is being checked in the background. WorkbookError for a file that
    is no usable workbook; for a large one the job says so, and the batch is dropped.
    """
    content = file.read()
    batch = RosterBatch(organisation=organisation, by=by, file_name=conceal(file_name)[-200:])
    sheet = read_sheet(BytesIO(content)) if len(content) <= INLINE_BYTES else None
    if sheet is not None and len(sheet.rows) <= INLINE_ROWS:
        _check(batch, sheet)
        batch.save()
    else:
        batch.state, batch.payload = RosterBatch.State.CHECKING, pack_bytes(content)
        batch.save()
        batch.job_id = _enqueue(by, CHECK_JOB, batch, "检查党员名册")
        batch.save(update_fields=["job_id"])
    _record(by, "roster.upload", batch)
    return batch


def roster_check(*, batch_id: int, progress: Progress = lambda *_: None) -> RosterBatch:
    """Do the check of a large upload; nothing where it was done or dropped already."""
    batch = RosterBatch.objects.select_related("organisation", "by").get(pk=batch_id)
    if batch.state != RosterBatch.State.CHECKING:
        return batch
    progress(0, 3, "正在读取工作簿")
    try:
        with collector_paused():
            sheet = read_sheet(BytesIO(unpack_bytes(batch.payload)))
            progress(1, 3, "正在逐格检查")
            _check(batch, sheet)
    except WorkbookError:
        roster_drop(by=batch.by, batch=batch)
        raise
    progress(2, 3, "正在保存预览")
    with transaction.atomic():
        waiting = RosterBatch.objects.select_for_update().filter(pk=batch_id, state=RosterBatch.State.CHECKING)
        if waiting.exists():
            batch.state, batch.job_id = RosterBatch.State.PREVIEW, None
            batch.save()
    return batch


@transaction.atomic
def roster_commit_start(*, by: User, batch: RosterBatch) -> RosterBatch:
    """Commit a small batch at once; a large one in the background."""
    if batch.row_count <= INLINE_ROWS:
        return roster_commit(by=by, batch_id=batch.pk)
    job_id = _enqueue(by, COMMIT_JOB, batch, "导入党员名册", by=by.pk)
    RosterBatch.objects.filter(pk=batch.pk).update(job_id=job_id)
    batch.job_id = job_id
    return batch


def roster_commit(*, by: User, batch_id: int, progress: Progress = lambda *_: None) -> RosterBatch:
    """
    Store all of a previewed batch or nothing. It is compared anew under a lock: where the outcome would differ from
    what was shown, the preview is renewed and a ValidationError raised (code "stale").
    """
    progress(0, 1, "正在核对并写入")
    with transaction.atomic(), collector_paused():
        batch = _locked(batch_id)
        if batch.state == RosterBatch.State.COMMITTED:
            return batch
        if batch.state != RosterBatch.State.PREVIEW or batch.error_count:
            raise ValidationError("这批名册不能导入：有错误，或已放弃。")
        payload, reach = payload_unpack(batch.payload), reach_of(batch.organisation)
        _check_places(payload, reach)
        plan, errors = _plan_again(payload, reach)
        stale = bool(errors.count) or plan.digest() != payload.digest
        if stale:
            _show(batch, payload, plan, errors, reach)
            batch.save()
        else:
            _store(batch, plan, by)
    if stale:
        raise ValidationError(STALE, code="stale")
    progress(1, 1, "已导入")
    return batch


@contextmanager
def collector_paused() -> Iterator[None]:
    """A roster is many small objects that all live to the end: looking for garbage among them costs a third more."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def roster_commit_queued(*, by_id: int, batch_id: int, progress: Progress) -> RosterBatch:
    """Do a commit that waited in the queue; ValidationError where the right to it was lost meanwhile."""
    by = User.objects.get(pk=by_id)
    path = RosterBatch.objects.values_list("organisation__path", flat=True).get(pk=batch_id)
    if not by.scope(Capability.IMPORT_COMMIT).covers(path):
        raise ValidationError("您已没有导入这批名册的权限，没有导入任何一行。")
    return roster_commit(by=by, batch_id=batch_id, progress=progress)


@transaction.atomic
def roster_drop(*, by: User, batch: RosterBatch) -> RosterBatch:
    """Give a batch up; what was uploaded is deleted."""
    dropped = _locked(batch.pk)
    if dropped.state == RosterBatch.State.COMMITTED:
        raise ValidationError("这批名册已经导入，不能放弃。")
    if dropped.state != RosterBatch.State.DROPPED:
        dropped.state, dropped.payload, dropped.changes, dropped.errors = RosterBatch.State.DROPPED, "", [], []
        dropped.save()
        _record(by, "roster.drop", dropped)
    return dropped


def _check(batch: RosterBatch, sheet: Sheet) -> None:
    reach = reach_of(batch.organisation)
    merged_fill(sheet.rows, sheet.merged)
    layout = find_layout(sheet.rows)
    if layout is None:
        raise WorkbookError("没有找到表头：前20行里应有一行含“姓名”和其他列名。请使用下载的模板。")
    missing = layout.missing(branch_known=reach.vocabulary.only_branch is not None)
    if missing:
        raise WorkbookError(f"缺少必需的列：{'、'.join(missing)}。")
    reader = RosterReader(layout, reach.vocabulary, local_today())
    try:
        rows = list(reader.rows(sheet.rows, sheet.formulas, sheet.errors))
    except TooManyProblems as error:
        raise WorkbookError(TOO_MANY) from error
    if not rows:
        raise WorkbookError("表头下面没有数据行。")
    plan = plan_make(rows, reader.errors, reach, local_today())
    batch.row_count, batch.notes = len(rows), layout.not_kept
    _show(batch, Payload(rows, layout.places(), plan.digest()), plan, reader.errors, reach)


def _plan_again(payload: Payload, reach: Reach) -> tuple[Plan, Errors]:
    """What the rows would do now; new persons stay new as long as nobody in the reach was touched."""
    errors = Errors(payload.places)
    if payload.all_new and payload.all_new == reach_state(reach):
        return plan_of_new(payload.rows), errors
    return plan_make(payload.rows, errors, reach, local_today()), errors


def _check_places(payload: Payload, reach: Reach) -> None:
    """The branches and groups that the preview named must still stand within the reach."""
    branches = {row.values["organisation_id"] for row in payload.rows}
    groups = {row.values["group_id"] for row in payload.rows if "group_id" in row.values}
    if not (branches <= reach.branch_names.keys() and groups <= set(reach.vocabulary.groups.values())):
        raise ValidationError("名册里的党支部或党小组在预览之后有变动，请放弃后重新上传。")


def _show(batch: RosterBatch, payload: Payload, plan: Plan, errors: Errors, reach: Reach) -> None:
    """Put the preview into the batch; with errors there is nothing to commit, so nothing personal is kept."""
    batch.created_count, batch.updated_count = len(plan.creates), len(plan.changes)
    batch.unchanged_count, batch.error_count = plan.unchanged, errors.count
    in_order = sorted(errors.kept, key=lambda error: (error.row, len(error.column), error.column))
    batch.errors = [asdict(error) for error in in_order]
    batch.changes = _preview(payload, plan, reach)
    all_new = reach_state(reach) if len(plan.creates) == len(payload.rows) else ""
    kept = Payload(payload.rows, payload.places, plan.digest(), all_new)
    batch.payload = "" if errors.count else payload_pack(kept)


def _preview(payload: Payload, plan: Plan, reach: Reach) -> list[dict[str, Any]]:
    """Changed members with what changes, then new ones with what is known; each list as long as a page can bear."""
    shown: list[dict[str, Any]] = []
    for change in plan.changes[:CHANGES_KEPT]:
        fields = [
            [payload.places[name][1], in_words(name, before, reach), in_words(name, after, reach)]
            for name, (before, after) in change.fields.items()
        ]
        shown.append({"row": change.number, "name": change.name, "action": "update", "fields": fields})
    for row in plan.creates[: CHANGES_KEPT - len(shown)]:
        facts = [
            [payload.places[name][1], in_words(name, value, reach)]
            for name, value in row.values.items()
            if name in payload.places and name != "name"
        ]
        shown.append({"row": row.number, "name": row.values["name"], "action": "create", "facts": facts})
    return shown


def _store(batch: RosterBatch, plan: Plan, by: User) -> None:
    try:
        with transaction.atomic():
            undo = plan_store(plan, local_today(), by=by, batch=batch)
    except IntegrityError as error:
        raise ValidationError("导入时发现号码已被他人登记，没有导入任何一行，请重新上传核对。") from error
    batch.state, batch.committed_at, batch.payload = RosterBatch.State.COMMITTED, timezone.now(), undo
    batch.save()
    _record(by, "roster.commit", batch)


def _enqueue(owner: User, kind: str, batch: RosterBatch, title: str, **arguments: Any) -> UUID:
    job = job_enqueue(
        by=owner,
        kind=kind,
        arguments={"batch": batch.pk, **arguments},
        title=f"{title}：{batch.file_name}",
        scope_path=batch.organisation.path,
        capability=Capability.IMPORT_PREVIEW,
    )
    return job.pk


def _locked(batch_id: int) -> RosterBatch:
    """
    The batch, with its unit and then its branches locked: two rosters of one unit are committed one after the other,
    and whoever writes a member locks the branch first.
    """
    batch = RosterBatch.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=batch_id)
    list(Organisation.objects.filter(path=batch.organisation.unit_path).select_for_update(no_key=True))
    inside = Organisation.objects.under(batch.organisation.path).branches()
    organisations_lock(sorted(inside.values_list("pk", flat=True)))
    return batch


def _record(by: User, action: str, batch: RosterBatch) -> None:
    after = {
        "file": batch.file_name,
        "rows": batch.row_count,
        "created": batch.created_count,
        "updated": batch.updated_count,
        "unchanged": batch.unchanged_count,
        "errors": batch.error_count,
    }
    audit.record(by=by, action=action, target=batch, scope_path=batch.organisation.path, after=after)
