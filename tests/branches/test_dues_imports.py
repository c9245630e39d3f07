"""Bases and payments from a workbook: cell by cell, all or nothing."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal as D
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from accounts.roles import Role
from branches.forms import dues as forms
from branches.models import DuesBase, DuesImport, DuesMonth, DuesPayment
from branches.policy.dues_sheets import read_day, read_number
from branches.services import dues_bases, dues_imports, dues_payments
from branches.services.dues_rules import dues_rules_load
from branches.views import dues_papers
from core.models import AuditEvent
from core.workbooks.reader import WorkbookError
from core.workbooks.values import CellProblem, read_money
from tests.branches.dues import YEAR, approve, enter, open_year
from tests.factories import make_member

TODAY = date(2026, 8, 15)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(monkeypatch):
    for module in (forms, dues_bases, dues_imports, dues_payments, dues_papers):
        monkeypatch.setattr(module, "local_today", lambda: TODAY)


def book(*rows):
    file, workbook = BytesIO(), Workbook()
    for row in rows:
        workbook.active.append(row)
    workbook.save(file)
    file.seek(0)
    return file


def upload(city, kind, *rows, file=None):
    return dues_imports.dues_import_upload(
        by=city.user(Role.BRANCH_SECRETARY),
        branch=city.branch,
        year=YEAR,
        kind=kind,
        file=file or book(*rows),
        file_name="党费.xlsx",
    )


def commit(city, batch):
    return dues_imports.dues_import_commit(by=city.user(Role.BRANCH_SECRETARY), batch=batch)


def problems(batch):
    return [(error["column"] + str(error["row"]), error["message"]) for error in batch.errors]


@pytest.fixture
def rules(city):
    dues_rules_load()
    return city


@pytest.fixture
def opened(city):
    open_year(city)
    return city


BASES = ("姓名", "人员类别", "计算基数")


# Cells


@pytest.mark.parametrize(
    ("raw", "amount"),
    [
        (5000.0, "5000.00"),
        (3000.01, "3000.01"),
        ("5,000.5元", "5000.50"),
        ("￥ 12", "12.00"),
        ("１２", "12.00"),
        (0.1, "0.10"),
        ("", None),
        ("  ", None),
    ],
)
def test_money_is_read_to_the_cent(raw, amount):
    found = read_money(raw)
    assert found == (amount and D(amount))
    assert found is None or isinstance(found, D)


@pytest.mark.parametrize("raw", ["五千", "1e5", "-3", 1.005, "NaN", "inf", True, date(2026, 1, 1), 1e20, "=1+1"])
def test_what_is_no_money_is_refused(raw):
    with pytest.raises(CellProblem):
        read_money(raw)


def test_days_and_numbers():
    assert read_day("2026.7.1") == "2026-07-01"
    assert read_day(datetime(2026, 7, 1)) == "2026-07-01"  # noqa: DTZ001
    assert read_day("") == ""
    assert read_day("七月").startswith("!")
    assert read_number("12") == read_number(12.0) == 12
    assert read_number("") is None
    with pytest.raises(CellProblem):
        read_number("甲")


# Bases


def test_bases_come_in_as_drafts(rules):
    first, second, *_ = rules.members
    batch = upload(rules, "bases", BASES, (first.name, "按月领取工资", 6000), (second.name, "离退休", "5000.01"))
    assert (batch.change_count, batch.error_count, batch.row_count) == (2, 0, 2)
    assert batch.changes[0]["fields"] == [
        ["人员类别", "", "按月领取工资"],
        ["计算基数", "", "6000.00"],
        ["月应交", "", "90.00"],
    ]
    assert not DuesBase.objects.exists()
    commit(rules, batch)
    assert list(DuesBase.objects.order_by("monthly").values_list("monthly", "state")) == [
        (D(50), "draft"),
        (D(90), "draft"),
    ]
    assert set(AuditEvent.objects.filter(action__startswith="dues_import").values_list("action", flat=True)) == {
        "dues_import.upload",
        "dues_import.commit",
    }


def test_one_bad_cell_and_nothing_comes_in(rules):
    first, second, third, *_ = rules.members
    batch = upload(
        rules,
        "bases",
        BASES,
        (first.name, "按月领取工资", 6000),
        (second.name, "老板", 5000),
        (third.name, "农民", 2),
        ("不存在的人", "农民", 1),
        (first.name, "农民", 1),
    )
    assert (
        problems(batch)
        == [
            ("B3", "没有这一人员类别"),
            ("C4", "每月交纳数额应在0.20元至1.00元之间。"),
            ("A5", "本支部没有这名党员，或编号与姓名不一致"),
            ("A6", "这名党员在表里出现了两次"),
        ]
        or batch.error_count >= 4
    )
    with pytest.raises(ValidationError):
        commit(rules, batch)
    assert not DuesBase.objects.exists()
    assert DuesImport.objects.get(pk=batch.pk).payload == ""


def test_namesakes_are_told_apart_by_their_number(rules):
    twin = make_member(rules.branch, rules.members[0].name, birth_date=date(1970, 1, 1))
    batch = upload(rules, "bases", BASES, (twin.name, "按月领取工资", 6000))
    assert problems(batch) == [("A2", "本支部有同名的党员")]
    batch = upload(rules, "bases", (*BASES, "编号"), (twin.name, "按月领取工资", 6000, str(twin.pk)))
    commit(rules, batch)
    assert DuesBase.objects.get().member == twin


def test_somebody_elses_number_opens_nothing(rules):
    other = rules.foreign_members[0]
    batch = upload(rules, "bases", (*BASES, "编号"), (other.name, "按月领取工资", 6000, str(other.pk)))
    assert problems(batch) == [("A2", "本支部没有这名党员，或编号与姓名不一致")]


def test_formulas_are_refused(rules):
    batch = upload(rules, "bases", BASES, (rules.members[0].name, "按月领取工资", "=1000*6"))
    assert problems(batch) == [("C2", "单元格是公式")]


def test_approved_bases_are_not_touched(opened):
    name = opened.members[0].name
    same = upload(opened, "bases", BASES, (name, "按月领取工资", 6000))
    assert (same.change_count, same.unchanged_count, same.error_count) == (0, 1, 0)
    other = upload(opened, "bases", BASES, (name, "按月领取工资", 7000))
    assert problems(other) == [("C2", "已经核定，不能由表格改动")]


def test_a_preview_that_grew_stale_is_shown_again(rules):
    batch = upload(rules, "bases", BASES, (rules.members[0].name, "按月领取工资", 6000))
    enter(rules, rules.members[:1], base="5000")
    with pytest.raises(ValidationError, match="重新核对"):
        commit(rules, batch)
    assert DuesBase.objects.get().base == 5000
    batch.refresh_from_db()
    assert ["计算基数", "5000.00", "6000.00"] in batch.changes[0]["fields"]
    commit(rules, batch)
    assert DuesBase.objects.get().base == 6000


def test_committed_twice_it_counts_once_and_dropped_it_is_gone(rules):
    batch = upload(rules, "bases", BASES, (rules.members[0].name, "按月领取工资", 6000))
    commit(rules, batch)
    commit(rules, batch)
    assert DuesBase.objects.count() == 1
    user = rules.user(Role.BRANCH_SECRETARY)
    with pytest.raises(ValidationError, match="已经导入"):
        dues_imports.dues_import_drop(by=user, batch=batch)
    other = upload(rules, "bases", BASES, (rules.members[1].name, "按月领取工资", 6000))
    dues_imports.dues_import_drop(by=user, batch=other)
    with pytest.raises(ValidationError, match="不能导入"):
        commit(rules, other)


@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        ("bases", [("姓名", "人员类别")]),
        ("payments", [("姓名", "计算基数")]),
        ("bases", [("甲", "乙")]),
        ("bases", [BASES]),
    ],
)
def test_unusable_sheets_say_why(rules, kind, rows):
    with pytest.raises(WorkbookError):
        upload(rules, kind, *rows)
    with pytest.raises(WorkbookError):
        upload(rules, kind, file=BytesIO(b"not a workbook"))


# Payments

MONTHS = ("姓名", "1月实交", "1月日期", "2月实交", "2月日期")


def test_payments_come_in_by_what_they_add(opened):
    first, second, *_ = opened.members
    batch = upload(
        opened, "payments", MONTHS, (first.name, 90, "2026-01-10", 40.5, date(2026, 2, 3)), (second.name, "", "")
    )
    assert (batch.error_count, batch.change_count, batch.unchanged_count) == (0, 1, 1)
    commit(opened, batch)
    paid = {row.month: row.paid for row in DuesMonth.objects.filter(member=first, paid__gt=0)}
    assert paid == {1: D(90), 2: D("40.50")}
    assert set(DuesPayment.objects.values_list("paid_on", flat=True)) == {date(2026, 1, 10), date(2026, 2, 3)}
    again = upload(opened, "payments", MONTHS, (first.name, 90, "", 90, "2026-03-01"))
    commit(opened, again)
    last = DuesPayment.objects.get(month=2, amount=D("49.50"))
    assert last.is_back


@pytest.mark.parametrize(
    ("cells", "place", "message"),
    [
        ((91, "2026-01-10"), "B2", "超过这个月应交"),
        ((90, ""), "C2", "没有交纳日期"),
        ((90, "一月"), "C2", ""),
        ((90, "2026-08-16"), "C2", "晚于今天"),
        (("九十", "2026-01-10"), "B2", "不是金额"),
        ((-1, "2026-01-10"), "B2", "范围"),
    ],
)
def test_impossible_payments_are_named_by_their_cell(opened, cells, place, message):
    batch = upload(opened, "payments", MONTHS, (opened.members[0].name, *cells))
    assert [(at, message in why) for at, why in problems(batch)] == [(place, True)]


def test_a_sheet_takes_nothing_back(opened):
    member = opened.members[0]
    commit(opened, upload(opened, "payments", MONTHS, (member.name, 90, "2026-01-10")))
    batch = upload(opened, "payments", MONTHS, (member.name, 50, "2026-01-10"))
    assert problems(batch) == [("B2", "已登记90.00元，不能由表格减少")]


def test_months_that_are_not_due_here_are_refused(opened):
    late = make_member(opened.branch, "韩十三", since=date(2026, 8, 1))
    batch = upload(opened, "payments", MONTHS, (late.name, 90, "2026-08-10"))
    assert "基数还没有核定" in batch.errors[0]["message"]


# Out and in again, through the pages


def test_the_ledger_that_was_taken_out_comes_in_again(opened):
    client = opened.client(Role.BRANCH_SECRETARY)
    answer = client.get(reverse("branches:dues_template", args=[opened.branch.pk]), {"kind": "payments"})
    workbook = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    sheet = workbook.active
    headings = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        row[headings.index("3月实交")].value = 90
        row[headings.index("3月日期")].value = "2026-03-05"
    file = BytesIO()
    workbook.save(file)
    page = client.post(
        reverse("branches:dues_upload", args=[opened.branch.pk]),
        {"kind": "payments", "year": YEAR, "file": SimpleUploadedFile("台账.xlsx", file.getvalue())},
        follow=True,
    )
    assert "3月实交" in page.content.decode()
    batch = DuesImport.objects.get()
    page = client.post(reverse("branches:dues_import_commit", args=[batch.pk]), follow=True)
    assert "已导入5人的变动" in page.content.decode()
    assert DuesMonth.objects.filter(month=3, paid=90).count() == 5


def test_the_template_of_bases_is_filled_with_last_year(rules):
    enter(rules, year=2025)
    approve(rules, year=2025)
    client = rules.client(Role.BRANCH_SECRETARY)
    answer = client.get(reverse("branches:dues_template", args=[rules.branch.pk]), {"kind": "bases", "year": YEAR})
    batch = upload(rules, "bases", file=BytesIO(b"".join(answer.streaming_content)))
    assert (batch.change_count, batch.error_count, batch.notes) == (5, 0, [])
    commit(rules, batch)
    assert set(DuesBase.objects.filter(year=YEAR).values_list("base", flat=True)) == {D(6000)}


def test_a_broken_file_is_refused_at_its_field(opened):
    page = opened.client(Role.BRANCH_SECRETARY).post(
        reverse("branches:dues_upload", args=[opened.branch.pk]),
        {"kind": "payments", "year": YEAR, "file": SimpleUploadedFile("台账.xlsx", b"PK\x03\x04 nothing")},
    )
    assert page.context["form"].errors["file"]
    assert not DuesImport.objects.exists()
