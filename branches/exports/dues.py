"""Workbooks and documents of 党费: the monthly ledger, the templates, the sums, the annual account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO, Any

from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from branches.choices import DuesPayer
from branches.policy.dues import MONTHS
from branches.selectors.dues_sheets import SheetLine, sheet_lines
from branches.selectors.dues_summary import Account, AccountLine, Summary
from branches.selectors.dues_years import BaseLine, BranchYear
from core.documents import Document, Paragraph, Table, write_docx
from core.workbooks.writer import A4, SheetColumn, WorkbookWriter, put

LEDGER = "党费台账"
ACCOUNT = "党费收缴情况"
SUMMARY = "党费汇总"
PAYERS = dict(DuesPayer.choices)
PUBLISHED = "只公布总数，不列个人交纳数额。"
ACCOUNT_HEADINGS = ("月份", "当月及预交（元）", "补交以前月份（元）", "自愿多交（元）", "合计（元）")


def write_ledger(ledger: BranchYear, target: IO[bytes]) -> int:
    """The ledger of a branch-year in the usual headings (domain.md §6); it can be filled in and uploaded again."""
    columns = [
        SheetColumn("年份", "number", 8),
        SheetColumn("姓名", width=12),
        SheetColumn("人员类别", width=16),
        SheetColumn("计算基数", "number", 12),
        SheetColumn("核定日期", "date", 12),
        SheetColumn("比例", "percent", 8),
        SheetColumn("月应交", "number", 10),
    ]
    for month in MONTHS:
        columns += [SheetColumn(f"{month}月实交", "number", 10), SheetColumn(f"{month}月日期", width=12)]
    columns += [
        SheetColumn("补交", "number", 10),
        SheetColumn("减免批准", width=30, wrap=True),
        SheetColumn("编号", "id", 10),
    ]
    with WorkbookWriter(target, title=LEDGER) as writer:
        return writer.sheet(f"{ledger.year}年{LEDGER}", columns).write(_ledger_rows(ledger))


def _ledger_rows(ledger: BranchYear) -> Iterator[Sequence[Any]]:
    for found in sheet_lines(ledger):
        base = found.line.base
        yield [
            ledger.year,
            found.line.member.name,
            PAYERS.get(base.payer, "") if base else "",
            base.base if base else None,
            base.approved_on if base else None,
            base.rate if base else None,
            base.monthly if base else None,
            *_months(found),
            found.back or None,
            found.relief,
            str(found.line.member.pk),
        ]


def _months(found: SheetLine) -> Iterator[Any]:
    for month in MONTHS:
        yield found.paid.get(month)
        yield found.days.get(month, "")


def write_base_template(lines: Sequence[BaseLine], year: int, target: IO[bytes]) -> int:
    """Every member of the branch with last year's base; what is approved already stands there to be seen."""
    columns = [
        SheetColumn("姓名", width=12),
        SheetColumn("人员类别", width=24),
        SheetColumn("计算基数", "number", 14),
        SheetColumn("上年基数", "number", 14),
        SheetColumn("状态", width=10),
        SheetColumn("编号", "id", 10),
    ]
    with WorkbookWriter(target, title="党费计算基数") as writer:
        return writer.sheet(f"{year}年党费计算基数", columns).write(_base_rows(lines))


def _base_rows(lines: Sequence[BaseLine]) -> Iterator[Sequence[Any]]:
    for line in lines:
        known = line.row or line.last
        yield [
            line.member.name,
            PAYERS.get(known.payer, "") if known else "",
            known.base if known else None,
            line.last.base if line.last else None,
            line.row.get_state_display() if line.row else "未填",
            str(line.member.pk),
        ]


def write_summary(summary: Summary, target: IO[bytes]) -> int:
    """The sums by branch or by unit, with their total."""
    columns = [
        SheetColumn("单位" if summary.by_unit else "党支部", width=34),
        SheetColumn("截至本月应交", "number", 14),
        SheetColumn("已交", "number", 14),
        SheetColumn("已过月份未交", "number", 14),
        SheetColumn("自愿多交", "number", 14),
        SheetColumn("减免人数", "number", 10),
    ]
    rows = [(row.place.short_name, row.sums) for row in summary.rows]
    rows.append(("合计", summary.total))
    with WorkbookWriter(target, title=SUMMARY) as writer:
        sheet = writer.sheet(f"{summary.year}年{SUMMARY}", columns)
        return sheet.write([name, s.due, s.paid, s.arrears, s.extra, s.relieved] for name, s in rows)


def account_title(account: Account) -> str:
    return f"{account.branch.short_name}{account.year}年度{ACCOUNT}"


def account_facts(account: Account) -> list[str]:
    """The account in sentences."""
    total = account.total
    return [
        f"{account.year}年度共收到党费{total.total}元，其中当月及预交{total.dues}元，补交以前月份{total.back}元，"
        f"自愿多交{total.extra}元。",
        f"交纳党费的党员{account.payers}人，经批准少交或免交的党员{account.relieved}人。",
        "依据：《关于中国共产党党费收缴、使用和管理的规定》，党支部每年向党员大会公布一次党费收缴情况。" + PUBLISHED,
    ]


def account_rows(account: Account) -> list[list[str]]:
    """A row a month and the total, as text."""
    lines = [(f"{line.month}月", line) for line in account.lines]
    return [_account_row(name, line) for name, line in [*lines, ("合计", account.total)]]


def _account_row(name: str, line: AccountLine) -> list[str]:
    return [name, *(str(value) for value in (line.dues, line.back, line.extra, line.total))]


def write_account_sheet(account: Account, target: IO[bytes]) -> None:
    """One page for the wall: title, sentences, table."""
    with WorkbookWriter(target, title=account_title(account)) as writer:
        sheet = writer.book.create_sheet(f"{account.year}年度")
        put(sheet, 1, 1, account_title(account)).font = Font(bold=True, size=14)
        facts = account_facts(account)
        for row, text in enumerate(facts, start=2):
            put(sheet, row, 1, text).alignment = Alignment(wrap_text=True, vertical="top")
            sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(ACCOUNT_HEADINGS))
            sheet.row_dimensions[row].height = 34
        _account_table(sheet, account, len(facts) + 3)


def _account_table(sheet: Worksheet, account: Account, first: int) -> None:
    for column, title in enumerate(ACCOUNT_HEADINGS, start=1):
        put(sheet, first, column, title).font = Font(bold=True)
        sheet.column_dimensions["ABCDE"[column - 1]].width = 20
    lines = [(f"{line.month}月", line) for line in account.lines] + [("合计", account.total)]
    for row, (name, line) in enumerate(lines, start=first + 1):
        for column, value in enumerate((name, line.dues, line.back, line.extra, line.total), start=1):
            put(sheet, row, column, value).number_format = "General" if column == 1 else "0.00"
    sheet.page_setup.paperSize, sheet.page_setup.fitToHeight = A4, 1
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def write_account_document(account: Account, target: IO[bytes]) -> None:
    """The same as a Word document."""
    blocks: list[Paragraph | Table] = [
        *(Paragraph(text, indent=True) for text in account_facts(account)),
        Table(list(ACCOUNT_HEADINGS), account_rows(account), widths=[1, 2, 2, 2, 2]),
    ]
    write_docx(
        Document(title=account_title(account), blocks=blocks, subtitle=account.branch.name, compact=True), target
    )
