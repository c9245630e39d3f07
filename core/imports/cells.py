"""The cells of a declared column: how one is read, how it should be written, and how a value is shown. No database."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from core.imports.declaration import Choices, ImportColumn
from core.workbooks.reader import is_lossy
from core.workbooks.values import (
    DATE_FORMS,
    MONEY_FORMS,
    NUMBER_FORMS,
    CellProblem,
    conceal,
    key_of,
    plain_text,
    read_date,
    read_flag,
    read_integer,
    read_lines,
    read_money,
    read_number,
    read_text,
)

LOSSY = CellProblem("数字超过15位，后几位已经被 Excel 丢失", "把该列设为“文本”格式后重新录入")
LABELS_SHOWN = 12
SEPARATORS = re.compile(r"[、,，;；/\n]+")

Read = Callable[[Any], Any]


def choices_of(column: ImportColumn, offered: Mapping[str, Choices]) -> Choices:
    """What the cells of a column may say: the declaration's, or the place's."""
    return offered.get(column.key, column.choices)


def form_of(column: ImportColumn, choices: Choices) -> str:
    """How a cell of this column is written, in Chinese."""
    forms = {"date": DATE_FORMS, "money": MONEY_FORMS, "number": NUMBER_FORMS, "integer": "整数", "yes_no": "是、否"}
    if column.kind == "choice":
        return _labels(choices, many=column.many)
    return forms.get(column.kind, f"文字，不超过{column.max_length}个字")


def labels_of(choices: Choices) -> list[str]:
    """What to choose from: of several labels of one value the first."""
    named = {value: str(label) for value, label in reversed(list(choices))}
    return list(dict.fromkeys(named[value] for value, _ in choices))


def reader_of(column: ImportColumn, choices: Choices) -> Read:
    """Raw cell that is not empty -> value; CellProblem or ValidationError where it is refused."""
    read = _kind_reader(column, choices)
    parse = column.parse

    def whole(raw: Any) -> Any:
        value = _bounded(column, read(raw))
        return parse(value) if parse else value

    return whole


def words_of(column: ImportColumn, choices: Choices, value: Any) -> str:
    """A value as the preview shows it; personal numbers blanked."""
    if value is None or value == "":
        return ""
    if column.kind == "choice" and column.parse is None:
        labels = dict(reversed(list(choices)))  # of several labels of one value the first is its name
        return "、".join(str(labels.get(one, one)) for one in (value if column.many else [value]))
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, int | Decimal) else conceal(str(value))


def dump_cell(value: Any) -> Any:
    """A raw cell as JSON can hold it."""
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return str(value) if isinstance(value, time | timedelta) else value


def load_cell(value: Any) -> Any:
    """The raw cell again."""
    if not isinstance(value, dict):
        return value
    return datetime.fromisoformat(value["moment"]) if "moment" in value else date.fromisoformat(value["day"])


def _kind_reader(column: ImportColumn, choices: Choices) -> Read:
    if column.kind == "choice":
        return _choice_reader(choices, column)
    if column.kind == "text":
        return _text_reader(column)
    readers: dict[str, Read] = {
        "date": read_date,
        "money": read_money,
        "number": read_number,
        "integer": read_integer,
        "yes_no": read_flag,
    }
    return readers[column.kind]


def _text_reader(column: ImportColumn) -> Read:
    read = read_lines(column.max_length) if column.multiline else read_text(column.max_length)

    def checked(raw: Any) -> str:
        if is_lossy(raw):
            raise LOSSY
        return read(raw)

    return checked


def _choice_reader(choices: Choices, column: ImportColumn) -> Read:
    known: dict[str, Any] = {}
    doubled = set()
    for value, label in choices:
        if known.setdefault(key_of(str(label)), value) != value:
            doubled.add(key_of(str(label)))
    shown = _labels(choices, many=column.many)

    def one(text: str) -> Any:
        key = key_of(text)
        if key in doubled:
            raise CellProblem(f"有几个都叫“{text[:20]}”，分不清是哪一个", "写得更完整一些")
        if key not in known:
            raise CellProblem(f"“{conceal(text.strip())[:20]}”不在可选项中" if column.many else "不在可选项中", shown)
        return known[key]

    if not column.many:
        return lambda raw: one(plain_text(raw))
    return lambda raw: tuple(dict.fromkeys(one(part) for part in SEPARATORS.split(plain_text(raw)) if part.strip()))


def _labels(choices: Choices, *, many: bool) -> str:
    labels = labels_of(choices)
    more = f" 等{len(labels)}项" if len(labels) > LABELS_SHOWN else ""
    return f"{'、'.join(labels[:LABELS_SHOWN])}{more}{'；可填多个，用“、”分开' if many else ''}"


def _bounded(column: ImportColumn, value: Any) -> Any:
    if column.minimum is not None and value < column.minimum:
        raise CellProblem("小于可填的范围", f"不小于{column.minimum}")
    if column.maximum is not None and value > column.maximum:
        raise CellProblem("超出可填的范围", f"不大于{column.maximum}")
    return value
