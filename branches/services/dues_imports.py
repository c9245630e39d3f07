"""Bases and payments from a workbook: read and compared when uploaded, committed as a whole or dropped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from branches.choices import DuesImportKind, DuesPayer
from branches.models import DuesImport, DuesMonth, DuesRule, Member, Organisation
from branches.policy.dues import BaseEntry, cents
from branches.policy.dues_sheets import (
    BASE_HEADINGS,
    DERIVED,
    PAYMENT_HEADINGS,
    read_day,
    read_number,
)
from branches.policy.roster import CellError
from branches.selectors.dues_rules import rules_in_force
from branches.selectors.dues_years import BaseLine, base_lines, payers_of
from branches.services.dues_bases import base_due, check_year, dues_bases_save
from branches.services.dues_payments import dues_paid_sheet
from branches.services.obligations import organisations_lock
from core import audit
from core.calendar import local_today
from core.sealed import pack, unpack
from core.workbooks.reader import Header, Sheet, WorkbookError, cell_text, find_header, read_sheet
from core.workbooks.values import CellProblem, column_letter, conceal, key_of, read_money

ROWS_AT_MOST = 1_000
PAYERS = {key_of(str(label)): value for value, label in DuesPayer.choices}
HEADINGS = {DuesImportKind.BASES: BASE_HEADINGS, DuesImportKind.PAYMENTS: PAYMENT_HEADINGS}
STALE = "预览之后数据有变动，已重新核对，请再看一遍后确认。"

Record = dict[str, Any]


@dataclass(slots=True)
class Plan:
    """What the rows would do: lines of the preview, acts to carry out, rows that change nothing, refused cells."""

    branch: Organisation
    year: int
    kind: str
    places: Mapping[str, tuple[int, str]]
    changes: list[dict[str, Any]] = field(default_factory=list)
    acts: list[Any] = field(default_factory=list)
    unchanged: int = 0
    errors: list[CellError] = field(default_factory=list)

    def refuse(self, row: int, key: str, value: Any, message: str, accepted: str = "") -> None:
        """Refuse the cell of ``key`` in ``row`` (from 1)."""
        column, heading = self.places.get(key, (-1, key))
        letter = column_letter(column) if column >= 0 else ""
        self.errors.append(CellError(row, letter, heading, conceal(str(value))[:40], message, accepted))

    def digest(self) -> str:
        text = json.dumps([self.changes, [asdict(error) for error in self.errors]], ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def dues_import_upload(
    *, by: User, branch: Organisation, year: int, kind: str, file: IO[bytes], file_name: str
) -> DuesImport:
    """Read a workbook and compare it with what is stored, no more. WorkbookError for an unusable one."""
    check_year(year)
    sheet = read_sheet(file)
    header = find_header(sheet.rows, HEADINGS[DuesImportKind(kind)], required=("name",))
    if kind == DuesImportKind.BASES and "base" not in header.columns:
        raise WorkbookError("缺少必需的列：计算基数。请使用下载的模板。")
    if kind == DuesImportKind.PAYMENTS and not any(key.startswith("paid_") for key in header.columns):
        raise WorkbookError("没有找到“1月实交”这样的列。请使用下载的模板。")
    plan = Plan(branch, year, kind, _places(sheet, header))
    rows = _rows(sheet, header, plan)
    if not rows and not plan.errors:
        raise WorkbookError("表头下面没有数据行。")
    _compare(plan, rows)
    batch = DuesImport(organisation=branch, year=year, kind=kind, by=by, file_name=conceal(file_name)[-200:])
    batch.row_count = len(rows)
    batch.notes = [heading for heading in header.unknown if heading not in DERIVED]
    _show(batch, plan, rows)
    batch.full_clean(exclude=["organisation", "by"])
    batch.save()
    _record(by, "dues_import.upload", batch)
    return batch


def dues_import_commit(*, by: User, batch: DuesImport) -> DuesImport:
    """
    Store all of a previewed workbook or nothing. It is compared anew under the lock: where the outcome would differ
    from what was shown, the preview is renewed and a ValidationError raised (code "stale").
    """
    with transaction.atomic():
        held = _locked(batch.pk)
        if held.state == DuesImport.State.COMMITTED:
            return held
        if held.state != DuesImport.State.PREVIEW or held.error_count or not held.payload:
            raise ValidationError("这份表格不能导入：有错误，或已放弃。")
        content = unpack(held.payload)
        places = {key: (column, heading) for key, (column, heading) in content["places"].items()}
        plan = Plan(held.organisation, held.year, held.kind, places)
        _compare(plan, content["rows"])
        stale = plan.digest() != held.digest
        if stale:
            _show(held, plan, content["rows"])
            held.save()
        else:
            _carry_out(by, held, plan)
    if stale:
        raise ValidationError(STALE, code="stale")
    return held


@transaction.atomic
def dues_import_drop(*, by: User, batch: DuesImport) -> DuesImport:
    """Give an upload up; what it said is deleted."""
    held = _locked(batch.pk)
    if held.state == DuesImport.State.COMMITTED:
        raise ValidationError("这份表格已经导入，不能放弃。")
    if held.state != DuesImport.State.DROPPED:
        held.state, held.payload, held.changes, held.errors = DuesImport.State.DROPPED, "", [], []
        held.save()
        _record(by, "dues_import.drop", held)
    return held


def _carry_out(by: User, batch: DuesImport, plan: Plan) -> None:
    if plan.acts and batch.kind == DuesImportKind.BASES:
        dues_bases_save(by=by, branch=batch.organisation, year=batch.year, entries=plan.acts)
    elif plan.acts:
        dues_paid_sheet(by=by, branch=batch.organisation, paid=plan.acts)
    batch.state, batch.committed_at, batch.payload = DuesImport.State.COMMITTED, timezone.now(), ""
    batch.save()
    _record(by, "dues_import.commit", batch)


def _show(batch: DuesImport, plan: Plan, rows: Sequence[Record]) -> None:
    """Put the preview into the batch; with errors there is nothing to commit, so nothing is kept."""
    batch.change_count, batch.unchanged_count = len(plan.changes), plan.unchanged
    batch.error_count = len(plan.errors)
    batch.errors = [asdict(error) for error in sorted(plan.errors, key=lambda error: (error.row, error.column))]
    batch.changes, batch.digest = plan.changes, plan.digest()
    batch.payload = "" if plan.errors else pack({"places": dict(plan.places), "rows": list(rows)})


def _locked(pk: int) -> DuesImport:
    place = DuesImport.objects.values_list("organisation_id", flat=True).get(pk=pk)
    organisations_lock([place])
    found: DuesImport = (
        DuesImport.objects.select_for_update(of=("self",)).select_related("organisation", "by").get(pk=pk)
    )
    return found


# Reading the rows ----------------------------------------------------------------------------------------------------


def _places(sheet: Sheet, header: Header) -> dict[str, tuple[int, str]]:
    return {key: (column, cell_text(sheet.rows[header.row][column])) for key, column in header.columns.items()}


def _people(plan: Plan) -> dict[int, Member]:
    """Whom the sheet may name. Who paid here and has left since is still in the ledger."""
    people = {member.pk: member for member in payers_of(plan.branch, plan.year)}
    if plan.kind == DuesImportKind.PAYMENTS:
        paid = DuesMonth.objects.filter(organisation=plan.branch, year=plan.year).select_related("member")
        people |= {row.member_id: row.member for row in paid}
    return people


def _rows(sheet: Sheet, header: Header, plan: Plan) -> list[Record]:
    """What each row says: the member, and the cells of the kind; what is refused goes into the plan."""
    people = _people(plan)
    read = _base_cells if plan.kind == DuesImportKind.BASES else _payment_cells
    found: list[Record] = []
    seen: set[int] = set()
    for index, record in sheet.records(header):
        row = index + 1
        if len(found) >= ROWS_AT_MOST:
            raise WorkbookError(f"表格超过{ROWS_AT_MOST}行，不像是一个党支部的党费表。")
        _refuse_odd(sheet, header, index, record, plan)
        member = _member(people, row, record, plan)
        if member is None:
            continue
        if member.pk in seen:
            plan.refuse(row, "name", member.name, "这名党员在表里出现了两次", "每人只留一行")
            continue
        seen.add(member.pk)
        found.append({"row": row, "member": member.pk, "name": member.name, **read(row, record, plan)})
    return found


def _refuse_odd(sheet: Sheet, header: Header, index: int, record: Record, plan: Plan) -> None:
    """Formulas and error values are refused, and read as empty."""
    for key, column in header.columns.items():
        place = (index, column)
        if place in sheet.formulas or place in sheet.errors:
            words = "单元格是公式" if place in sheet.formulas else "单元格是错误值"
            plan.refuse(index + 1, key, "", words, "复制后用“选择性粘贴—数值”替换")
            record[key] = ""


def _member(people: Mapping[int, Member], row: int, record: Record, plan: Plan) -> Member | None:
    """By number and name where the sheet has the number, else by a name that only one of them bears."""
    name = key_of(cell_text(record["name"]))
    try:
        number = read_number(record.get("id", ""))
    except CellProblem as problem:
        plan.refuse(row, "id", record.get("id"), problem.message, problem.accepted)
        return None
    known = [people[number]] if number is not None and number in people else []
    found = list(people.values()) if number is None else known
    found = [member for member in found if key_of(member.name) == name]
    if len(found) == 1:
        return found[0]
    if found:
        plan.refuse(row, "name", record.get("name"), "本支部有同名的党员", "使用模板，保留“编号”一列")
    else:
        plan.refuse(row, "name", record.get("name"), "本支部没有这名党员，或编号与姓名不一致", "核对姓名和编号")
    return None


def _cell(row: int, key: str, record: Record, plan: Plan, read: Callable[[Any], Any]) -> Any:
    try:
        return read(record.get(key, ""))
    except CellProblem as problem:
        plan.refuse(row, key, record.get(key), problem.message, problem.accepted)
        return None


def _base_cells(row: int, record: Record, plan: Plan) -> Record:
    base = _cell(row, "base", record, plan, read_money)
    payer = key_of(cell_text(record.get("payer", "")))
    if payer and payer not in PAYERS:
        plan.refuse(row, "payer", record.get("payer"), "没有这一人员类别", "、".join(map(str, DuesPayer.labels)))
    return {"payer": PAYERS.get(payer, ""), "base": None if base is None else str(base)}


def _payment_cells(row: int, record: Record, plan: Plan) -> Record:
    cells: dict[str, list[str]] = {}
    for month in range(1, 13):
        amount = _cell(row, f"paid_{month}", record, plan, read_money)
        if amount:
            cells[str(month)] = [str(amount), read_day(record.get(f"day_{month}", ""))]
    return {"cells": cells}


# Comparing ------------------------------------------------------------------------------------------------------------


def _compare(plan: Plan, rows: Sequence[Record]) -> None:
    if plan.kind == DuesImportKind.BASES:
        lines = {line.member.pk: line for line in base_lines(plan.branch, plan.year)}
        rules = rules_in_force(date(plan.year, 1, 1))
        for record in rows:
            _compare_base(plan, record, lines.get(record["member"]), rules)
    else:
        held = DuesMonth.objects.filter(organisation=plan.branch, year=plan.year)
        months = {(row.member_id, row.month): row for row in held}
        for record in rows:
            _compare_payments(plan, record, months)


def _compare_base(plan: Plan, record: Record, line: BaseLine | None, rules: Mapping[str, DuesRule]) -> None:
    known = (line.row or line.last) if line else None
    payer = record["payer"] or (known.payer if known else "")
    given = record["base"] if payer != DuesPayer.STUDENT else None
    base = None if given is None else Decimal(given)
    if line is None:
        plan.refuse(record["row"], "name", record["name"], "这名党员这一年度不在本支部交纳党费")
    elif base is None and payer != DuesPayer.STUDENT:
        plan.unchanged += 1
    elif payer not in rules:
        plan.refuse(record["row"], "payer", "", "人员类别是空的", "、".join(map(str, DuesPayer.labels)))
    else:
        try:
            due = base_due(rules[payer], base)
        except ValidationError as error:
            plan.refuse(record["row"], "base", base, error.messages[0], "按核定的数额填写")
        else:
            _place_base(plan, record, line, BaseEntry(record["member"], payer, base), due.monthly)


def _place_base(plan: Plan, record: Record, line: BaseLine, entry: BaseEntry, monthly: Decimal) -> None:
    said = (entry.payer, cents(entry.base), monthly)
    held = (line.row.payer, line.row.base, line.row.monthly) if line.row else None
    if said == held:
        plan.unchanged += 1
    elif line.is_approved:
        plan.refuse(record["row"], "base", entry.base, "已经核定，不能由表格改动", "年内调整请在该党员的页面办理")
    else:
        plan.acts.append(entry)
        plan.changes.append(_base_words(record["row"], record["name"], held, said))


def _base_words(row: int, name: str, held: Any, said: tuple[str, Decimal, Decimal]) -> dict[str, Any]:
    labels = dict(DuesPayer.choices)
    before = (str(labels[held[0]]), str(held[1]), str(held[2])) if held else ("", "", "")
    after = (str(labels[said[0]]), str(said[1]), str(said[2]))
    titles = ("人员类别", "计算基数", "月应交")
    fields = [list(each) for each in zip(titles, before, after, strict=True) if each[1] != each[2]]
    return {"row": row, "name": name, "fields": fields}


def _compare_payments(plan: Plan, record: Record, months: Mapping[tuple[int, int], DuesMonth]) -> None:
    fields: list[list[str]] = []
    for text, (amount, day) in record["cells"].items():
        month, stored = int(text), months.get((record["member"], int(text)))
        problem = _payment_problem(month, Decimal(amount), day, stored)
        if problem:
            key, message, accepted = problem
            shown = day.removeprefix("!") if key.startswith("day") else amount
            plan.refuse(record["row"], key, shown, message, accepted)
        elif stored and Decimal(amount) > stored.paid:
            added = Decimal(amount) - stored.paid
            fields.append([f"{month}月实交", str(stored.paid), amount])
            plan.acts.append((record["member"], plan.year, month, added, date.fromisoformat(day)))
    if fields:
        plan.changes.append({"row": record["row"], "name": record["name"], "fields": fields})
    else:
        plan.unchanged += 1


def _payment_problem(month: int, amount: Decimal, day: str, stored: DuesMonth | None) -> tuple[str, str, str] | None:
    """(cell, why, what would do) of an amount that cannot be entered; None where it can, or says nothing new."""
    key = f"paid_{month}"
    if stored is None:
        return key, "这个月不由本支部收缴，或基数还没有核定", "先核定基数，或删去这一格"
    if amount == stored.paid:
        return None
    if amount < stored.paid:
        return key, f"已登记{stored.paid}元，不能由表格减少", "在交纳记录里冲正后重新登记"
    if amount > stored.due:
        return key, f"超过这个月应交的{stored.due}元", "多交的部分请作为自愿多交登记"
    if problem := _day_problem(day):
        return f"day_{month}", problem, "写成 2026-07-01，不晚于今天"
    return None


def _day_problem(day: str) -> str:
    if not day:
        return "没有交纳日期"
    if day.startswith("!"):
        return day[1:]
    return "交纳日期晚于今天" if day > local_today().isoformat() else ""


def _record(by: User, action: str, batch: DuesImport) -> None:
    after = {
        "file": batch.file_name,
        "kind": batch.kind,
        "year": batch.year,
        "changes": batch.change_count,
        "errors": batch.error_count,
    }
    audit.record(by=by, action=action, target=batch, scope_path=batch.organisation.path, after=after)
