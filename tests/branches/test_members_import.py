"""What the issue says of importing a roster, claim by claim, through real workbooks."""

from __future__ import annotations

import random
from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook

from branches.models import Member
from core.workbooks.package import LOCKED, LOCKED_OR_OLD, OLD_FORMAT, WorkbookError
from tests.branches.rosters import LOCAL, NATIONAL, SHORT, id_number, person, workbook

pytestmark = pytest.mark.django_db
VALUES = {
    "序号": 1,
    "姓名": "赵甲乙",
    "性别": "男",
    "公民身份号码": id_number(1),
    "身份证号码": id_number(1),
    "民族": "苗族",
    "出生日期": "1985.3.2",
    "学历": "大学本科",
    "人员类别": "正式党员",
    "学位": "工学学士",
    "所在党支部": "整理一科党支部",
    "所在党组织": "整理一科党支部",
    "手机号码": "13800000001",
    "入党日期": "2010年7月1日",
    "入党时间": "2010/7/1",
    "转正日期": date(2011, 7, 1),
    "转正时间": 40725,
    "党龄": 15,
    "籍贯": "云川",
    "工作岗位": "科员",
    "工作电话": "0851-12345678",
    "现居住地": "某街道",
    "电子邮件": "a@example.cn",
    "是否农民工": "否",
    "是否失联党员": "否",
    "是否流动党员": "否",
}


def told(batch):
    return [
        (f"{error['column']}{error['row']}", error["heading"], error["message"], error["accepted"])
        for error in batch.errors
    ]


@pytest.mark.parametrize("headings", [NATIONAL, LOCAL])
@pytest.mark.parametrize("seed", range(3))
def test_both_heading_sets_in_any_order_below_titles(city, upload, commit, headings, seed):
    shuffled = list(headings)
    random.Random(seed).shuffle(shuffled)
    above = (("云川市市直机关党员花名册",), (), ("填表单位：市档案整理中心", None, "2026年6月30日"))[: seed + 1]
    batch = upload(workbook(tuple(shuffled), VALUES, above=above))
    assert (batch.created_count, told(batch)) == (1, [])
    commit(batch)
    member = Member.objects.get(name="赵甲乙")
    assert (member.birth_date, member.joined_on, member.confirmed_on) == (
        date(1985, 3, 2),
        date(2010, 7, 1),
        date(2011, 7, 1),
    )
    assert (member.ethnicity, member.education, member.degree) == ("06", "21", "4")
    assert "现居住地" in batch.notes


def merged_book(*ranges, rows):
    book = Workbook()
    page = book.worksheets[0]
    for row in rows:
        page.append(list(row))
    for cells in ranges:
        page.merge_cells(cells)
    file = BytesIO()
    book.save(file)
    file.seek(0)
    return file


def test_a_branch_merged_over_its_members_holds_for_each(city, upload, commit):
    people = [person(number, 姓名=f"赵甲{name}") for number, name in ((1, "一"), (2, "二"), (3, "三"))]
    rows = [[row[heading] for heading in SHORT] for row in people]
    rows[1][3] = rows[2][3] = None
    batch = upload(merged_book("A1:H1", "D3:D5", rows=[["党员花名册"], SHORT, *rows]))
    assert (batch.created_count, told(batch)) == (3, [])
    commit(batch)
    assert set(Member.objects.filter(name__startswith="赵甲").values_list("organisation", flat=True)) == {
        city.branch.pk
    }


def test_headings_of_two_merged_rows(city, upload):
    row = [person(1)[heading] for heading in SHORT]
    above = ["姓名", "公民身份号码", "人员类别", "所在党支部", "手机号码", "党籍情况", None, "工作岗位"]
    under = [None, None, None, None, None, "入党日期", "转正日期", None]
    ranges = ("A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:E2", "F1:G1", "H1:H2")
    batch = upload(merged_book(*ranges, rows=[above, under, row]))
    assert (batch.row_count, batch.created_count, told(batch)) == (1, 1, [])


def test_headings_merged_downwards_alone(city, upload):
    row = [person(1)[heading] for heading in SHORT]
    ranges = [f"{letter}1:{letter}2" for letter in "ABCDEFGH"]
    batch = upload(merged_book(*ranges, rows=[SHORT, [None] * len(SHORT), row]))
    assert (batch.row_count, batch.created_count, told(batch)) == (1, 1, [])


def test_a_name_merged_over_two_rows_is_one_person_twice(city, upload):
    row = [person(1)[heading] for heading in SHORT]
    batch = upload(merged_book("A2:A3", "B2:B3", rows=[SHORT, row, [None, None, *row[2:]]]))
    assert "与第2行是同一个人" in str(told(batch))


@pytest.mark.parametrize(
    "written",
    [
        "2019.7.1",
        "2019-07-01",
        "2019年7月1日",
        "2019/7/1",
        "20190701",
        "２０１９．７．１",
        43647,
        43647.0,
        date(2019, 7, 1),
    ],
)
def test_dates_however_they_are_written(city, upload, written):
    batch = upload(workbook(SHORT, person(1, 入党日期=written, 转正日期="2020-07-01")))
    assert told(batch) == []
    assert ["入党日期", "2019-07-01"] in batch.changes[0]["facts"]


@pytest.mark.parametrize(
    ("column", "value", "why", "accepts"),
    [
        ("入党日期", "2019年7月", "只有年月", "2019-07-01"),
        ("入党日期", "2019.2.30", "没有这一天", "2019.7.1"),
        ("公民身份号码", 520199198503020017.0, "后几位已经丢失", "文本"),
        ("公民身份号码", "5.20199E+17", "科学计数法", "文本"),
        ("公民身份号码", "520199198503020", "15位旧号码", "18位"),
        ("人员类别", "群众", "不在可选项中", "正式党员、预备党员"),
        ("所在党支部", "没有的支部", "没有这个党支部", "全称、简称或代码"),
        ("手机号码", "0851-1234567", "手机号码", "座机"),
        ("姓名", "赵\u202e甲", "看不见的控制字符", "重新输入"),
        ("姓名", "赵\u0007甲", "看不见的控制字符", "重新输入"),
        ("姓名", "赵甲1", "数字", "只填姓名"),
    ],
)
def test_a_wrong_cell_is_named_with_why_and_what_would_do(city, upload, column, value, why, accepts):
    if value == "赵\u0007甲":
        file = workbook(SHORT, person(1, 姓名="赵_x0007_甲"))
    else:
        file = workbook(SHORT, person(1, **{column: value}))
    ((cell, heading, message, accepted),) = told(upload(file))
    assert (cell, heading) == (f"{'ABCDEFGH'[SHORT.index(column)]}2", column)
    assert why in message
    assert accepts in accepted


def test_full_width_characters(city, upload, commit):
    wide = {
        "姓名": "　赵　甲　",
        "公民身份号码": "".join(chr(ord(sign) + 0xFEE0) for sign in id_number(1)),
        "手机号码": "１３８００００００１１",
        "所在党支部": "整理一科党支部　",
        "转正日期": "２０１１－０７－０１",
    }
    batch = upload(workbook(SHORT, person(1, **wide)))
    assert told(batch) == []
    commit(batch)
    member = Member.objects.get(name="赵甲")
    assert (member.phone_mask, member.confirmed_on) == ("138****0011", date(2011, 7, 1))


def test_headings_are_shown_without_their_mark(city, upload, commit):
    starred = tuple(f"{heading}*" for heading in SHORT)
    row = [person(1)[heading] for heading in SHORT]
    batch = upload(workbook(starred, row))
    assert [fact[0] for fact in batch.changes[0]["facts"]][:7] == list(SHORT[1:])
    wrong = upload(workbook(starred, [*row[:2], "群众", *row[3:]]))
    assert wrong.errors[0]["heading"] == "人员类别"


@pytest.mark.parametrize(
    ("stream", "message"), [("EncryptedPackage", LOCKED), ("Workbook", OLD_FORMAT), ("", LOCKED_OR_OLD)]
)
def test_a_password_is_told_from_an_old_workbook(city, upload, stream, message):
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + stream.encode("utf-16-le") + bytes(64)
    with pytest.raises(WorkbookError) as error:
        upload(BytesIO(content))
    assert error.value.messages == [message]
    assert ("密码" in message) == (stream != "Workbook")
