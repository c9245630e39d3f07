"""Imports from Excel: a cell in error is named; what is previewed is committed whole, once, by its uploader alone."""

# ruff: noqa: DTZ001  # Excel knows no time zones
from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone

from accounts.roles import Role
from branches.choices import MeetingKind
from branches.models import Meeting
from core.imports import ImportColumn, SheetImport
from core.imports.batches import import_commit, import_drop, import_upload, imports_purge, preview_of
from core.imports.reading import judge, read_source
from core.models import AuditEvent, ImportBatch, ImportState
from core.workbooks.reader import WorkbookError
from tests.core.import_probe import ProbeImport
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.import_probe")]
UPLOAD_QUERIES = 7  # savepoint twice, the place, its people, what is known, the upload, the audit
HEADINGS = ["主题", "日期", "类型", "主持人", "参加人", "实到", "经费", "补记", "编码", "备注"]


def book(*rows, sheets=None, **settings):
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    for reference, value in settings.items():
        workbook.active[reference] = value
    for title, state in (sheets or {}).items():
        workbook.create_sheet(title, 0).sheet_state = state
    buffer = BytesIO()
    workbook.save(buffer)
    buffer.seek(0)
    return buffer


def read(city, file, importer=ProbeImport):
    return judge(importer, city.user(Role.BRANCH_SECRETARY), city.branch, read_source(importer, file))


def upload(city, file, role=Role.BRANCH_SECRETARY):
    return import_upload(
        by=city.user(role), importer=ProbeImport, place_key=str(city.branch.pk), file=file, file_name="会议.xlsx"
    )


def commit(city, batch, role=Role.BRANCH_SECRETARY):
    return import_commit(by=city.user(role), importer=ProbeImport, place_key=str(city.branch.pk), batch_id=batch.pk)


def told(batch):
    return [(f"{error['column']}{error['row']}", error["message"]) for error in batch.errors]


def test_cells_are_read_as_people_write_them(city):
    people = "、".join(member.name for member in city.members[:2])
    judged = read(
        city,
        book(
            ["二〇二六年会议一览"],
            [],
            [
                "序号",
                "备注",
                " 会议主题* ",
                "开会日期（年月日）",
                "类 型",
                "主持人",
                "参加人",
                "实到",
                "经费（元）",
                "补记",
                "编码",
            ],
            [
                1,
                "一\n\n二 三",
                "学习 一",
                "2026年3月1日",
                "党课",
                city.members[0].name,
                people,
                12.0,
                "1,200.50元",
                "√",
                "007",
            ],
            [2, None, "学习二", datetime(2026, 3, 2), None, None, None, None, None, None, 12],
            [3, None, "学习三", "２０２６．３．３", None, None, None, "１２", 300, "否", None],
            [4, None, "学习四", 46084, None, None, None, None, None, None, None],
        ),
    )
    assert judged.problems == []
    assert judged.rows[0].number == 4
    assert judged.rows[0].values == {
        "title": "学习 一",
        "held_on": date(2026, 3, 1),
        "kind": MeetingKind.LECTURE,
        "chair": city.members[0].pk,
        "people": (city.members[0].pk, city.members[1].pk),
        "present": 12,
        "cost": Decimal("1200.50"),
        "late": True,
        "code": "007",
        "note": "一\n二 三",
    }
    assert [row["held_on"] for row in judged.rows[1:]] == [date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 3)]
    assert judged.rows[1]["people"] == ()
    assert judged.rows[1]["code"] == "12"
    assert judged.rows[2]["present"] == 12


def test_merged_cells_hold_for_each_row_and_repeated_headings_are_no_data(city):
    file = book(["主题", "日期"], ["甲", "2026-03-01"], ["乙"], ["主题", "日期"], ["丙", "2026-03-02"])
    workbook = openpyxl.load_workbook(file)
    workbook.active.merge_cells("B2:B3")
    buffer = BytesIO()
    workbook.save(buffer)
    judged = read(city, buffer)
    assert [(row.number, row["title"], row["held_on"].day) for row in judged.rows] == [
        (2, "甲", 1),
        (3, "乙", 1),
        (5, "丙", 2),
    ]


def test_each_bad_cell_says_where_what_why_and_what_would_do(city):
    batch = upload(
        city,
        book(
            HEADINGS,
            ["", "2026-02-30", "座谈", "没有此人", "钱一帆、何人", "两个", "-1", "也许", 10**16, "字" * 501],
            ["讲个玩笑", "2019-01-01", None, None, None, "1.5", "1.005"],
            ["好的", "2026-03-01", None, None, None, -1],
            D3="x",
        ),
    )
    assert told(batch) == [
        ("A2", "必须填写，这里是空的"),
        ("B2", "日历上没有这一天"),
        ("C2", "不在可选项中"),
        ("D2", "不在可选项中"),
        ("E2", "“何人”不在可选项中"),
        ("F2", "不是数字"),
        ("G2", "金额不在可用的范围内"),
        ("H2", "只能填“是”或“否”"),
        ("I2", "数字超过15位，后几位已经被 Excel 丢失"),
        ("J2", "有501个字，超过500个字的上限"),
        ("A3", "不是会议主题"),
        ("B3", "小于可填的范围"),
        ("D3", "不在可选项中"),
        ("F3", "应为整数"),
        ("G3", "金额最多到分"),
        ("F4", "小于可填的范围"),
    ]
    assert batch.error_count == 16
    assert batch.payload == "", "what cannot be committed is not kept"
    chosen = next(error for error in batch.errors if error["column"] == "C")
    assert chosen["value"] == "座谈"
    assert "党课" in chosen["accepted"]


def test_formulas_and_error_values_are_refused(city):
    batch = upload(city, book(HEADINGS, ["=1+1", "2026-03-01"], ["乙", "#N/A"], C3="=NA()"))
    assert ("A2", "单元格是公式") in told(batch)
    assert ("B3", "单元格是错误值") in told(batch)
    assert ("C3", "单元格是公式") in told(batch)


def test_doubles_in_the_sheet_and_rows_known_already_are_refused(city):
    batch = upload(city, book(HEADINGS, ["甲", "2026-03-01"], ["甲", "2026-03-01"], ["甲", "2026-03-02"]))
    assert told(batch) == [("A3", "与第2行重复")]
    commit(city, upload(city, book(HEADINGS, ["乙", "2026-03-01"])))
    again = upload(city, book(HEADINGS, ["乙", "2026-03-01"], ["", "2026-03-01"]))
    assert told(again) == [("A2", "已经登记过"), ("A3", "必须填写，这里是空的")]
    assert again.errors[0]["accepted"] == "换一个主题"


def test_missing_columns_are_named_with_what_is_accepted(city):
    with pytest.raises(WorkbookError, match="缺少必需的列：日期（也可写作“开会日期”）"):
        upload(city, book(["主题", "类型"], ["甲", "党课"]))
    with pytest.raises(WorkbookError, match="没有找到表头"):
        upload(city, book(["甲"], ["乙"]))
    with pytest.raises(WorkbookError, match="出现了两次"):
        upload(city, book(["主题", "会议主题", "日期"], ["甲", "乙", "2026-03-01"]))
    with pytest.raises(WorkbookError, match="没有数据行"):
        upload(city, book(HEADINGS, ["（示例）甲", "2026-03-01"]))
    with pytest.raises(WorkbookError, match=r"不是 \.xlsx"):
        upload(city, BytesIO(b"a,b"))
    assert not ImportBatch.objects.exists()


def test_unknown_columns_are_named_and_hidden_sheets_passed_over(city):
    batch = upload(city, book(["序号", "主题", "日期", "天气"], [1, "甲", "2026-03-01", "晴"], sheets={"旧": "hidden"}))
    assert batch.unknown == ["天气"]
    assert batch.sheet_name == "Sheet"
    assert batch.error_count == 0


def test_no_more_rows_than_a_sheet_may_have(city, monkeypatch):
    monkeypatch.setattr(ProbeImport, "row_limit", 2)
    rows = [[f"第{number}次", "2026-03-01"] for number in range(3)]
    with pytest.raises(WorkbookError, match="一次最多导入2行，这里有3行"):
        upload(city, book(HEADINGS, *rows))


def test_errors_shown_are_limited_and_all_told(city):
    batch = upload(city, book(HEADINGS, *[["", "2026-03-01", f"错{number}"] for number in range(150)]))
    assert (batch.error_count, len(batch.errors)) == (300, 200)


def test_personal_numbers_are_never_kept_in_full(city):
    number = "11010519491231002X"
    batch = upload(city, book(HEADINGS, ["甲", number, None, number], ["甲", "2026-03-01"]))
    assert batch.error_count
    assert number not in str(batch.errors)
    fine = upload(city, book([*HEADINGS, f"备{number}"], ["甲", "2026-03-01", *[None] * 6, number]))
    assert number not in str(preview_of(fine))
    assert number not in fine.payload
    assert number not in str(fine.unknown)
    assert number not in str(list(AuditEvent.objects.values()))


def test_commit_stores_all_and_twice_is_harmless(city):
    batch = upload(city, book(HEADINGS, ["甲", "2026-03-01"], ["乙", "2026-03-02"]))
    assert Meeting.objects.count() == 0
    assert preview_of(batch)["marks"] == {"new": 2}
    done = commit(city, batch)
    assert (done.state, done.count, done.payload) == (ImportState.COMMITTED, 2, "")
    assert sorted(Meeting.objects.values_list("title", flat=True)) == sorted(["甲", "乙"])
    assert commit(city, batch).count == 2
    assert Meeting.objects.count() == 2
    actions = list(
        AuditEvent.objects.filter(action__startswith="import.").order_by("pk").values_list("action", flat=True)
    )
    assert actions == ["import.upload", "import.commit"]
    event = AuditEvent.objects.get(action="import.commit")
    assert event.scope_path == city.branch.path
    assert event.after["stored"] == 2
    with pytest.raises(ValidationError, match="已经导入，不能放弃"):
        import_drop(
            by=city.user(Role.BRANCH_SECRETARY), importer=ProbeImport, place_key=str(city.branch.pk), batch_id=batch.pk
        )


def test_a_second_commit_that_comes_between_stores_nothing(city, monkeypatch):
    batch = upload(city, book(HEADINGS, ["甲", "2026-03-01"]))
    counts = []
    stored = ProbeImport.commit

    def twice(by, place, rows):
        counts.append(len(rows))
        commit(city, batch)
        return stored(by, place, rows)

    monkeypatch.setattr(ProbeImport, "commit", twice)
    commit(city, batch)
    assert counts == [1]
    assert Meeting.objects.count() == 1


def test_what_is_wrong_only_now_stores_nothing_and_is_shown(city):
    first = upload(city, book(HEADINGS, ["甲", "2026-03-01"], ["乙", "2026-03-02"]))
    second = upload(city, book(HEADINGS, ["丙", "2026-03-01"], ["乙", "2026-03-05"]))
    commit(city, first)
    with pytest.raises(ValidationError, match="预览之后数据有变动") as caught:
        commit(city, second)
    assert caught.value.code == "stale"
    second.refresh_from_db()
    assert (second.state, second.payload, told(second)) == (ImportState.PREVIEW, "", [("A3", "已经登记过")])
    assert Meeting.objects.count() == 2
    with pytest.raises(ValidationError, match="不能导入"):
        commit(city, second)


def test_a_refusal_of_the_service_names_the_row(city, monkeypatch):
    batch = upload(city, book(HEADINGS, ["甲", "2026-03-01"], ["乙", "2026-03-02"]))
    monkeypatch.setattr(ProbeImport, "fail_in_commit", "乙")
    with pytest.raises(ValidationError):
        commit(city, batch)
    batch.refresh_from_db()
    assert told(batch) == [("3", "还有别的。"), ("A3", "这一行不能登记。")]
    assert Meeting.objects.count() == 0


def test_an_obstacle_stops_upload_and_commit(city, monkeypatch):
    batch = upload(city, book(HEADINGS, ["甲", "2026-03-01"]))
    monkeypatch.setattr(ProbeImport, "closed", "季度已归档。")
    for act in (lambda: commit(city, batch), lambda: upload(city, book(HEADINGS, ["乙", "2026-03-01"]))):
        with pytest.raises(ValidationError, match="季度已归档"):
            act()
    assert Meeting.objects.count() == 0


def test_uploads_are_the_uploaders_alone_and_purged_after_a_month(city):
    batch = upload(city, book(HEADINGS, ["甲", "2026-03-01"]))
    colleague = make_user(Role.BRANCH_SECRETARY, city.branch)
    with pytest.raises(ImportBatch.DoesNotExist):
        import_commit(by=colleague, importer=ProbeImport, place_key=str(city.branch.pk), batch_id=batch.pk)
    with pytest.raises(Http404):
        import_upload(
            by=colleague,
            importer=ProbeImport,
            place_key=str(city.foreign.pk),
            file=book(HEADINGS, ["甲", "2026-03-01"]),
            file_name="x.xlsx",
        )
    upload(city, book(HEADINGS, ["乙", "2026-03-01"]))
    ImportBatch.objects.filter(pk=batch.pk).update(created_at=timezone.now() - timedelta(days=31))
    assert imports_purge() == 1
    assert ImportBatch.objects.count() == 1


@pytest.mark.parametrize("rows", [1, 3, 2000])
def test_two_thousand_rows_are_previewed_in_time_and_queries(city, django_assert_num_queries, rows):
    line = ["2026年3月1日", "党课", city.members[0].name, None, "12", "1,200", "是"]
    file = book(HEADINGS, *[[f"第{number}次", *line] for number in range(rows)])
    user = city.user(Role.BRANCH_SECRETARY)
    user.scope(ProbeImport.capability)
    begun = time.perf_counter()
    with django_assert_num_queries(UPLOAD_QUERIES):
        batch = upload(city, file)
    assert time.perf_counter() - begun < 3
    assert (batch.row_count, batch.error_count) == (rows, 0)


def test_a_declaration_that_contradicts_itself_is_refused_when_imported():
    column = ImportColumn("a", "甲")
    for columns, unique in (
        ((column, column), ()),
        ((column, ImportColumn("b", "乙", ("甲 ",))), ()),
        ((column,), ("z",)),
        ((), ()),
    ):
        with pytest.raises(ValueError, match="odd"):
            type(
                "Odd",
                (SheetImport,),
                {"slug": "odd", "title": "怪", "capability": "x.y", "columns": columns, "unique": unique},
            )
    with pytest.raises(ValueError, match="two imports"):
        type("Twin", (SheetImport,), {"slug": "probe", "title": "双", "capability": "x.y", "columns": (column,)})
