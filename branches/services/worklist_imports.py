"""Tasks of a worklist from a sheet, under the headings with which a list is exported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from accounts.roles import Capability
from branches.models import Organisation, Worklist
from branches.policy.worklists import BATCH_LIMIT
from branches.selectors.worklists import answering_organisations, worklist_home, worklists_all
from branches.services.personal_data import refuse_personal_numbers
from branches.services.worklist_rows import check_dates
from branches.services.worklists import ItemData, items_import
from core.imports import ImportColumn, Row, RowError, SheetImport, errors_of


class WorklistItemImport(SheetImport):
    slug = "worklist-items"
    title = "清单任务导入"
    hint = "每行一项任务。责任单位写全称、简称或党组织代码，须在牵头党组织之内；导出的清单可以原样导入另一份清单。"
    capability = Capability.WORKLIST_MANAGE
    seen_by = Capability.WORKLIST_VIEW
    columns = (
        ImportColumn("number", "序号", kind="integer", minimum=1, maximum=99999, example="1", hint="不填则接着编"),
        ImportColumn("task", "任务", aliases=("任务名称", "工作任务", "项目"), required=True, max_length=120,
                     example="清理多余的台账"),
        ImportColumn("measures", "具体措施", aliases=("措施", "工作措施"), max_length=1000, multiline=True),
        ImportColumn("organisation", "责任单位", aliases=("责任党组织", "牵头单位"), required=True, max_length=120,
                     hint="全称、简称或党组织代码"),
        ImportColumn("owner", "责任人", max_length=40, hint="姓名或职务，不写手机号码"),
        ImportColumn("starts_on", "开始日期", kind="date"),
        ImportColumn("due_on", "完成时限", aliases=("时限", "完成日期"), kind="date", required=True),
    )  # fmt: skip
    ignored = ("状态", "最近进展", "成效")
    row_limit = BATCH_LIMIT

    @classmethod
    def places(cls, user: Any, capability: str) -> QuerySet[Any]:
        return worklists_all().visible_to(user, Capability(capability))

    @classmethod
    def done_url(cls, place: Worklist) -> str:
        return worklist_home(place)

    @classmethod
    def identity(cls, row: Row) -> Hashable | None:
        return row["number"]

    @classmethod
    def check(cls, user: Any, place: Worklist, rows: Sequence[Row]) -> Iterable[RowError]:
        known = _places(place)
        taken = set(place.items.values_list("number", flat=True))
        for row in rows:
            found = known.get(row["organisation"], ())
            if len(found) != 1:
                yield _unclear(row, place, found)
            if row["number"] in taken:
                yield RowError(row, "number", f"清单里已有序号{row['number']}。", "留空，接着编号")
            yield from _said(row)

    @classmethod
    @transaction.atomic
    def commit(cls, by: Any, place: Worklist, rows: Sequence[Row]) -> int:
        known = _places(place)
        data = [ItemData(**{**row.values, "organisation": known[row["organisation"]][0]}) for row in rows]
        return items_import(by=by, worklist=place, rows=data)


def _places(worklist: Worklist) -> Mapping[str, list[Organisation]]:
    """Who may be given a task, by every name that a sheet may give; several where a short name stands twice."""
    found: dict[str, list[Organisation]] = defaultdict(list)
    for place in answering_organisations(worklist):
        for name in {place.name, place.short_name, place.code}:
            found[name].append(place)
    return found


def _unclear(row: Row, worklist: Worklist, found: Sequence[Organisation]) -> RowError:
    if found:
        accepted = "、".join(f"{place.code}（{place.name}）" for place in found[:5])
        return RowError(row, "organisation", "有几个党组织叫这个名称，请写全称或代码。", accepted)
    return RowError(
        row, "organisation", f"在{worklist.organisation.short_name}之内没有这个党组织。", "全称、简称或代码"
    )


def _said(row: Row) -> Iterable[RowError]:
    """What a service would refuse, told beforehand and cell by cell."""
    try:
        refuse_personal_numbers({key: row[key] for key in ("task", "measures", "owner")})
        check_dates(row["starts_on"], row["due_on"])
    except ValidationError as error:
        yield from errors_of(row, error)
