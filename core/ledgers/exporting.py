"""The Excel sheet of a ledger: the same selection as on the page, streamed; long ones as a background job."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from django.core.exceptions import PermissionDenied, ValidationError

from core import audit
from core.calendar import local_today
from core.jobs import Progress, job_enqueue, job_handler, result_file
from core.ledgers.columns import Column
from core.ledgers.ledger import Ledger, ledger_by_slug
from core.ledgers.selection import Selection
from core.models import Job
from core.workbooks.writer import SheetColumn, WorkbookWriter

KIND = "ledger_export"
STEP = 1_000  # rows between two reports of progress

Report = Callable[[int], None]


def check_rights(ledger: type[Ledger], user: Any) -> None:
    """PermissionDenied unless the user may both see this list and export."""
    for capability in (ledger.capability, ledger.export_capability):
        if not user.scope(capability).can:
            raise PermissionDenied("您没有导出这份台账的权限。")


def write_workbook(selection: Selection, target: Path | IO[bytes], report: Report | None = None) -> int:
    """Write the selection as xlsx; the number of rows. `report` hears every thousand rows how many are done."""
    columns = [column for column in selection.ledger.columns if column.sheet]
    title = selection.ledger.title
    with WorkbookWriter(target, title=title) as writer:
        sheet = writer.sheet(title, [sheet_column(column) for column in columns])
        return sheet.write(_reported(selection.iter_cells(columns), report))


def sheet_column(column: Column) -> SheetColumn:
    """The sheet's side of a ledger column."""
    return SheetColumn(column.title, "text" if column.kind == "time" else column.kind, column.width, column.wrap)


def _reported(rows: Iterable[Any], report: Report | None) -> Iterator[Any]:
    for number, row in enumerate(rows):
        if report and number % STEP == 0:
            report(number)
        yield row


def file_name(ledger: type[Ledger]) -> str:
    """会议记录_2026-07-01.xlsx"""
    return f"{ledger.title}_{local_today().isoformat()}.xlsx"


def record_export(selection: Selection, rows: int) -> None:
    """Write down who took what out: the ledger, the filters in words, the number of rows."""
    after: Mapping[str, Any] = {
        "ledger": selection.ledger.slug,
        "title": selection.ledger.title,
        "filters": selection.description(),
        "fixed": {name: str(value) for name, value in selection.fixed.items()},
        "rows": rows,
    }
    audit.record(by=selection.user, action="export.create", after=after)


def export_enqueue(selection: Selection) -> Job:
    """Hand the selection to a background job."""
    ledger = selection.ledger
    return job_enqueue(
        by=selection.user,
        kind=KIND,
        arguments={"slug": ledger.slug, "params": selection.params(), "fixed": selection.fixed},
        title=f"导出{ledger.title}",
        capability=ledger.export_capability,
    )


@job_handler(KIND)
def export_run(job: Job, progress: Progress) -> None:
    """Write the file of an enqueued export, under the rights that its owner has now."""
    ledger = ledger_by_slug(job.arguments["slug"])
    user = job.owner
    if user is None or not user.is_active:
        raise ValidationError("发起人的账号已停用，导出已取消。")
    try:
        check_rights(ledger, user)
    except PermissionDenied as error:
        raise ValidationError(str(error)) from error
    selection = Selection(ledger, user, job.arguments["params"], job.arguments["fixed"], for_export=True)
    if selection.errors:
        raise ValidationError(selection.errors)
    total = selection.queryset.count()
    with result_file(job, file_name(ledger)) as path:
        rows = write_workbook(selection, path, lambda done: progress(done, total, "正在写入表格"))
    record_export(selection, rows)
    progress(rows, rows, f"共 {rows} 条。")
