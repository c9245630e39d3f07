"""What the rows of a roster sheet say, and what is wrong with them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from branches.policy import roster_cells as cells
from branches.policy.identity import birth_date_of, gender_of
from branches.policy.roster_cells import POSTGRADUATE_UNSPECIFIED, CellProblem, branch_key, key_of
from branches.policy.roster_columns import ColumnPlan, Reader, read_columns
from branches.policy.roster_layout import Layout, Place
from core.workbooks.values import conceal

ADULT_YEARS = 18
PROBATION_YEARS = 2
ERRORS_KEPT = 500
#: Kinds of columns in which nearly every cell differs.
VARIED_KINDS = ("id", "phone", "name", "email", "work_phone")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the cells of choice columns may say; all keys are written as ``key_of`` writes them.

    ``branches``: names and codes within the importer's reach -> id, None where two branches share the name.
    ``groups``: (branch id, name) -> id. ``only_branch``: the branch of a reach that holds a single one.
    """

    genders: Mapping[str, str]
    ethnicities: Mapping[str, str]
    educations: Mapping[str, str]
    degrees: Mapping[str, str]
    categories: Mapping[str, str]
    branches: Mapping[str, int | None] = field(default_factory=dict)
    groups: Mapping[tuple[int, str], int] = field(default_factory=dict)
    only_branch: int | None = None


@dataclass(frozen=True, slots=True)
class CellError:
    """One refused cell; ``value`` never holds a full personal number."""

    row: int
    column: str
    heading: str
    value: str
    message: str
    accepted: str = ""


class Errors:
    """What is wrong with a roster: all of it counted, the first few hundred kept."""

    def __init__(self, places: Mapping[str, Place]) -> None:
        self.places = places
        self.kept: list[CellError] = []
        self.count = 0

    def add(self, row: int, name: str, raw: Any, message: str, accepted: str = "") -> None:
        """Refuse the cell of field ``name`` in ``row`` (from 1)."""
        self.count += 1
        if len(self.kept) < ERRORS_KEPT:
            letter, heading = self.places[name]
            self.kept.append(CellError(row, letter, heading, conceal(str(raw))[:40], message, accepted))


@dataclass(slots=True)
class RosterRow:
    """What one row says: only the fields whose cells are filled. ``refused``: fields that said something unusable."""

    number: int
    values: dict[str, Any]
    refused: set[str]


class RosterReader:
    """Reads the rows below a heading row; ``errors`` fills as rows are read."""

    def __init__(self, layout: Layout, vocabulary: Vocabulary, today: date) -> None:
        self.layout, self.vocabulary, self.today = layout, vocabulary, today
        self.errors = Errors(layout.places())
        self._implied_branch = None if "organisation_id" in layout.names else vocabulary.only_branch
        readers = _readers(vocabulary)
        self._plans = [
            ColumnPlan(
                index,
                entry.name,
                readers.get(entry.kind) or cells.read_text(entry.limit),
                varied=entry.kind in VARIED_KINDS,
                blank_counts=entry.kind == "degree",
            )
            for index, entry in sorted(layout.columns.items())
        ]

    def rows(
        self,
        rows: Sequence[Sequence[Any]],
        formulas: Collection[tuple[int, int]] = (),
        broken: Collection[tuple[int, int]] = (),
    ) -> Iterator[RosterRow]:
        """Each filled row below the headings. ``formulas``, ``broken``: (row, column) of formulas and of #N/A."""
        first = self.layout.row + 1
        odd = {(row - first, column): "单元格是错误值" for row, column in broken}
        odd |= {(row - first, column): "单元格是公式" for row, column in formulas}
        found = read_columns(rows[first:], self._plans, odd)
        for offset, said in enumerate(zip(*found.columns, strict=True)):
            values = {name: value for name, value in zip(found.names, said, strict=True) if value is not None}
            row = RosterRow(first + offset + 1, values, set())
            if offset in found.refusals:
                for refusal in found.refusals[offset]:
                    self._refuse(row, *refusal)
            if values or row.refused:
                self._judge(row)
                yield row

    def _judge(self, row: RosterRow) -> None:
        values = row.values
        if "name" not in values and "name" not in row.refused:
            self._refuse(row, "name", "", "姓名是空的", "填写姓名")
        if self._implied_branch is not None:
            values["organisation_id"] = self._implied_branch
        if "organisation_id" not in values and "organisation_id" not in row.refused:
            self._refuse(row, "organisation_id", "", "所在党支部是空的", "党支部全称、简称或代码")
        if "group_id" in values:
            self._place_group(row)
        if values.get("education") == POSTGRADUATE_UNSPECIFIED:
            self._resolve_education(row)
        if "id_number" in values:
            self._compare_with_id(row)
        for name, message, accepted in row_problems(values, self.today):
            self._refuse(row, name, values[name], message, accepted)

    def _place_group(self, row: RosterRow) -> None:
        text, branch = row.values.pop("group_id"), row.values.get("organisation_id")
        group = self.vocabulary.groups.get((branch, key_of(text))) if branch else None
        if group is not None:
            row.values["group_id"] = group
        elif branch:
            self._refuse(row, "group_id", text, "该党支部没有这个党小组", "先在党支部页面设立党小组，或留空")

    def _resolve_education(self, row: RosterRow) -> None:
        """研究生 alone does not say which; the degree does."""
        values, words = row.values, self.vocabulary
        del values["education"]
        by_degree = {words.degrees["博士"]: "博士研究生", words.degrees["硕士"]: "硕士研究生"}
        label = by_degree.get(values.get("degree", ""))
        if label:
            values["education"] = words.educations[label]
        else:
            self._refuse(row, "education", "研究生", "分不清博士还是硕士", "博士研究生、硕士研究生，或填写学位")

    def _compare_with_id(self, row: RosterRow) -> None:
        values, number = row.values, row.values["id_number"]
        if "*" in number:
            values["id_number_mask"] = values.pop("id_number")
            return
        born, gender = birth_date_of(number), gender_of(number)
        if values.setdefault("birth_date", born) != born:
            self._refuse(row, "birth_date", values["birth_date"], "与公民身份号码中的出生日期不一致", str(born))
        if values.setdefault("gender", gender) != gender:
            right = "男" if gender == "1" else "女"
            self._refuse(row, "gender", "", "与公民身份号码中的性别不一致", right)

    def _refuse(self, row: RosterRow, name: str, raw: Any, message: str, accepted: str) -> None:
        row.refused.add(name)
        self.errors.add(row.number, name, raw, message, accepted)


def row_problems(values: Mapping[str, Any], today: date) -> list[tuple[str, str, str]]:
    """(field, message, accepted) of whatever in a row contradicts itself."""
    born, joined, confirmed = values.get("birth_date"), values.get("joined_on"), values.get("confirmed_on")
    problems: list[tuple[str, str, str]] = []
    days = (("birth_date", "出生", born), ("joined_on", "入党", joined), ("confirmed_on", "转正", confirmed))
    for name, title, day in days:
        if day and day > today:
            problems.append((name, f"{title}日期晚于今天", "今天或以前的日期"))
    if born and joined and joined.year - born.year <= ADULT_YEARS and joined < _birthday(born, ADULT_YEARS):
        problems.append(("joined_on", "入党时不满18周岁", "核对出生日期和入党日期"))
    if joined and confirmed and confirmed < joined:
        problems.append(("confirmed_on", "转正日期早于入党日期", "核对两个日期"))
    if confirmed and values.get("category") == "probationary":
        problems.append(("category", "预备党员不应有转正日期", "改为正式党员，或删去转正日期"))
    return problems


def inferred_category(values: Mapping[str, Any], today: date) -> str:
    """
    The category of a new member on a roster without that column; "" when the dates do not tell. A probation lasts a
    year and may be extended once by at most a year (发展党员细则; domain.md §5): who joined two years ago has left it.
    """
    if values.get("confirmed_on"):
        return "full"
    joined = values.get("joined_on")
    if not joined:
        return ""
    return "full" if _birthday(joined, PROBATION_YEARS) <= today else "probationary"


def _birthday(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _readers(vocabulary: Vocabulary) -> dict[str, Reader]:
    education = {**vocabulary.educations, POSTGRADUATE_UNSPECIFIED: POSTGRADUATE_UNSPECIFIED}
    return {
        "name": cells.read_name,
        "date": cells.read_date,
        "id": cells.read_id_number,
        "phone": cells.read_phone,
        "work_phone": cells.read_work_phone,
        "email": cells.read_email,
        "flag": cells.read_flag,
        "months": cells.read_months,
        "gender": cells.read_choice(vocabulary.genders, "男、女"),
        "ethnicity": cells.read_choice(vocabulary.ethnicities, "如“汉族”“苗族”，或民族代码"),
        "education": cells.read_choice(education, "如“大学本科”“硕士研究生”，或学历代码"),
        "degree": cells.read_degree(vocabulary.degrees, "博士、硕士、学士、无"),
        "category": cells.read_choice(vocabulary.categories, "正式党员、预备党员"),
        "branch": _branch_reader(vocabulary),
        "group": cells.plain_text,
    }


def _branch_reader(vocabulary: Vocabulary) -> Reader:
    def read(raw: Any) -> int:
        key = branch_key(cells.plain_text(raw))
        if key not in vocabulary.branches:
            raise CellProblem("在您的范围内没有这个党支部", "党支部全称、简称或代码，须与组织树一致")
        found = vocabulary.branches[key]
        if found is None:
            raise CellProblem("有几个党支部叫这个名称", "填写党组织代码")
        return found

    return read
