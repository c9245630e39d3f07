"""Uploads of sheets: read and judged when uploaded, committed as a whole by whoever uploaded them, or dropped."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from core import audit
from core.actors import Actor
from core.imports.cells import choices_of, dump_cell, load_cell, words_of
from core.imports.declaration import RowError, RowsRefused, SheetImport
from core.imports.reading import Judged, Source, as_errors, judge, problems_of, read_source
from core.models import ImportBatch, ImportState
from core.sealed import pack, unpack
from core.workbooks.values import conceal

ERRORS_KEPT = 200
ROWS_SHOWN = 100
KEEP = timedelta(days=30)
STALE = "预览之后数据有变动，没有导入任何一行。请按下面列出的问题处理后重新上传。"
NOT_WAITING = "这份表格不能导入：有错误，或已放弃。"
CONFLICT = "与刚刚登记的数据冲突，没有导入任何一行，请重新上传核对。"


@transaction.atomic
def import_upload(
    *, by: Actor, importer: type[SheetImport], place_key: str, file: IO[bytes], file_name: str
) -> ImportBatch:
    """
    Read a workbook and judge its rows, no more. WorkbookError for what is no usable workbook; ValidationError where
    nothing may be imported here now.
    """
    place = importer.place(by, place_key)
    _refuse_obstacle(importer, by, place)
    source = read_source(importer, file)
    judged = judge(importer, by, place, source)
    batch = ImportBatch(slug=importer.slug, place_key=place_key, by_id=by.pk, file_name=conceal(file_name)[-200:])
    batch.sheet_name, batch.unknown = source.sheet[:100], [conceal(heading)[:60] for heading in source.unknown[:50]]
    batch.row_count = len(source.rows)
    _show(batch, importer, judged, source)
    if not judged.problems:
        batch.payload = _packed(importer, by, place, judged, source)
    batch.full_clean(exclude=["by"], validate_constraints=False)  # the database does
    batch.save()
    _record(by, "import.upload", importer, batch, place)
    return batch


def import_commit(*, by: Actor, importer: type[SheetImport], place_key: str, batch_id: int) -> ImportBatch:
    """
    Store all rows of one's own previewed upload or none; done already, it does nothing more. They are judged anew:
    what is refused now is put into the preview, and a ValidationError raised (code "stale").
    """
    place = importer.place(by, place_key)
    batch = _own(by, importer, place_key, batch_id)
    if batch.state == ImportState.COMMITTED:
        return batch
    _refuse_obstacle(importer, by, place)
    source = _unpacked(batch)
    try:
        with transaction.atomic():
            return _committed(by, importer, place, batch, source)
    except RowsRefused as refused:
        _refuse_batch(batch, importer, problems_of(refused.errors, source), source)
        raise ValidationError(STALE, code="stale") from refused
    except IntegrityError as error:
        raise ValidationError(CONFLICT) from error


@transaction.atomic
def import_drop(*, by: Actor, importer: type[SheetImport], place_key: str, batch_id: int) -> ImportBatch:
    """Give one's own upload up; what it said is deleted. ValidationError where it was committed."""
    batch = _own(by, importer, place_key, batch_id)
    waiting = ImportBatch.objects.filter(pk=batch.pk, state=ImportState.PREVIEW)
    if waiting.update(state=ImportState.DROPPED, payload="", errors=[]):
        _record(by, "import.drop", importer, batch, importer.place(by, place_key))
    batch.refresh_from_db()
    if batch.state == ImportState.COMMITTED:
        raise ValidationError("这份表格已经导入，不能放弃。")
    return batch


def imports_purge() -> int:
    """Delete uploads older than KEEP, whatever became of them; the number deleted. The audit trail stays."""
    return ImportBatch.objects.filter(created_at__lt=timezone.now() - KEEP).delete()[0]


def preview_of(batch: ImportBatch) -> dict[str, Any]:
    """`headings`, and `rows` of (number, mark, texts), the first ROWS_SHOWN; `marks`: how many rows of each mark."""
    return unpack(batch.payload)["preview"] if batch.payload else {}


def _committed(by: Actor, importer: type[SheetImport], place: Any, batch: ImportBatch, source: Source) -> ImportBatch:
    now = timezone.now()
    waiting = ImportBatch.objects.filter(pk=batch.pk, state=ImportState.PREVIEW, error_count=0).exclude(payload="")
    if not waiting.update(state=ImportState.COMMITTED, committed_at=now, payload=""):
        batch.refresh_from_db()
        if batch.state == ImportState.COMMITTED:
            return batch
        raise ValidationError(NOT_WAITING)
    judged = judge(importer, by, place, source)
    if judged.problems:
        raise RowsRefused([RowError(row, key, message, accepted) for row, key, _, message, accepted in judged.problems])
    count = importer.commit(by, place, judged.rows)
    batch.state, batch.committed_at, batch.payload, batch.count = ImportState.COMMITTED, now, "", count
    batch.save(update_fields=["count"])
    _record(by, "import.commit", importer, batch, place)
    return batch


def _own(by: Actor, importer: type[SheetImport], place_key: str, batch_id: int) -> ImportBatch:
    """ImportBatch.DoesNotExist for what is somebody else's, or belongs elsewhere."""
    return ImportBatch.objects.get(pk=batch_id, by_id=by.pk, slug=importer.slug, place_key=place_key)


def _refuse_obstacle(importer: type[SheetImport], user: Any, place: Any) -> None:
    if obstacle := importer.obstacle(user, place):
        raise ValidationError(obstacle)


def _refuse_batch(batch: ImportBatch, importer: type[SheetImport], judged: Judged, source: Source) -> None:
    """Put what is refused now into the preview; nothing can be committed from it any more."""
    _show(batch, importer, judged, source)
    fields = {"errors": batch.errors, "error_count": batch.error_count, "payload": ""}
    ImportBatch.objects.filter(pk=batch.pk, state=ImportState.PREVIEW).update(**fields)


def _show(batch: ImportBatch, importer: type[SheetImport], judged: Judged, source: Source) -> None:
    batch.error_count = len(judged.problems)
    batch.errors = as_errors(importer, judged, source, ERRORS_KEPT)


def _packed(importer: type[SheetImport], user: Any, place: Any, judged: Judged, source: Source) -> str:
    """The raw rows, to be judged again at commit, and the first of them in words."""
    rows = [[number, {key: dump_cell(value) for key, value in cells.items()}] for number, cells in source.rows]
    content = {"rows": rows, "places": source.places, "preview": _preview(importer, user, place, judged, source)}
    return pack(content)


def _preview(importer: type[SheetImport], user: Any, place: Any, judged: Judged, source: Source) -> dict[str, Any]:
    marks = importer.compare(user, place, judged.rows)
    columns = [
        (column, choices_of(column, judged.choices)) for column in importer.columns if column.key in source.places
    ]
    rows = [
        [
            row.number,
            marks.get(row.number, ""),
            [words_of(column, choices, row.values[column.key]) for column, choices in columns],
        ]
        for row in judged.rows[:ROWS_SHOWN]
    ]
    return {"headings": [column.title for column, _ in columns], "rows": rows, "marks": Counter(marks.values())}


def _unpacked(batch: ImportBatch) -> Source:
    if not batch.payload:
        raise ValidationError(NOT_WAITING)
    content = unpack(batch.payload)
    rows = [(number, {key: load_cell(value) for key, value in cells.items()}) for number, cells in content["rows"]]
    return Source(batch.sheet_name, rows, {key: (letter, words) for key, (letter, words) in content["places"].items()})


def _record(by: Actor, action: str, importer: type[SheetImport], batch: ImportBatch, place: Any) -> None:
    after = {
        "kind": importer.title,
        "place": importer.place_label(place),
        "file": batch.file_name,
        "rows": batch.row_count,
        "errors": batch.error_count,
        "stored": batch.count,
    }
    audit.record(by=by, action=action, target=batch, scope_path=importer.scope_path(place), after=after)
