"""Workbooks for roster tests."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

from openpyxl import Workbook

from branches.policy.identity import check_digit

LOCAL = (
    "姓名",
    "出生日期",
    "性别",
    "入党时间",
    "民族",
    "转正时间",
    "籍贯",
    "学位",
    "学历",
    "手机号码",
    "所在党组织",
    "工作电话",
    "现居住地",
    "电子邮件",
    "身份证号码",
)
NATIONAL = (
    "序号",
    "姓名",
    "性别",
    "公民身份号码",
    "民族",
    "出生日期",
    "学历",
    "人员类别",
    "学位",
    "所在党支部",
    "手机号码",
    "入党日期",
    "转正日期",
    "党龄",
    "党龄校正值",
    "新社会阶层类型",
    "工作岗位",
    "从事专业技术职务",
    "是否农民工",
    "现居住地",
    "户籍所在地",
    "是否失联党员",
    "是否流动党员",
    "入党类型",
    "转正情况",
    "入党时所在支部",
    "延长预备期时间",
)
SHORT = ("姓名", "公民身份号码", "人员类别", "所在党支部", "手机号码", "入党日期", "转正日期", "工作岗位")


def id_number(serial: int, born: date = date(1985, 3, 2)) -> str:
    """A valid, fictional number; odd serials are men's."""
    body = f"520199{born:%Y%m%d}{serial:03d}"
    return body + check_digit(body)


def workbook(headings: tuple[str, ...], *rows: Any, above: tuple[Any, ...] = (), sheet: str = "党员名册") -> BytesIO:
    """An xlsx with rows of values or of heading -> value, below title rows."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = sheet
    for line in above:
        page.append(list(line))
    page.append(list(headings))
    for row in rows:
        page.append([row.get(heading) for heading in headings] if isinstance(row, dict) else list(row))
    file = BytesIO()
    book.save(file)
    file.seek(0)
    return file


def person(serial: int = 1, **values: Any) -> dict[str, Any]:
    """A row under SHORT headings."""
    row = {
        "姓名": "赵甲乙",
        "公民身份号码": id_number(serial),
        "人员类别": "正式党员",
        "所在党支部": "整理一科党支部",
        "手机号码": f"138{serial:08d}",
        "入党日期": "2010.7.1",
        "转正日期": "2011-07-01",
        "工作岗位": "科员",
    }
    return {**row, **values}
