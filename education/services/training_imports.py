"""Sheets that are taken in: the roll of a class with its scores, and the register of earlier certificates."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.roles import Capability
from branches.choices import OrganisationKind
from branches.models import Member, Organisation
from core.imports import ImportColumn, Row, RowError, SheetImport
from education.choices import ClassState, LineResult
from education.models import TrainingClass
from education.selectors.certificates import numbers_taken
from education.selectors.classes import classes_in_full, members_below
from education.selectors.people import Doubt, People
from education.services.certificates import RegisterRow, certificates_register
from education.services.rolls import LineData, roll_import

LAST_FOUR = ImportColumn(
    "last_four",
    "身份号码后四位",
    aliases=("身份证后四位",),
    max_length=4,
    hint="只在重名时填写，不保存。",
    example="002X",
)
NAME = ImportColumn("name", "姓名", aliases=("学员姓名", "持证人"), required=True, max_length=40, example="钱一帆")
BRANCH = ImportColumn("branch", "党支部", aliases=("所在党支部",), max_length=120, example="整理一科党支部")


def people_errors(people: People, rows: Sequence[Row]) -> Iterable[RowError]:
    """Rows whose person is not one certain member, and those that name the same one twice."""
    seen: dict[int, int] = {}
    for row in rows:
        found = people.find(row["name"], row["branch"], row["last_four"])
        if isinstance(found, Doubt):
            yield RowError(row, "name", found.text, found.accepted)
        elif found.pk in seen:
            yield RowError(row, "name", f"与第{seen[found.pk]}行是同一名党员")
        else:
            seen[found.pk] = row.number


class RollImport(SheetImport):
    """The roll of an open class; whoever is on it already is overwritten."""

    slug = "training-roll"
    title = "学员名单导入"
    hint = "按姓名对应党员，重名的再填党支部或身份号码后四位。已在名单中的，按表中内容更新。"
    capability = Capability.TRAINING_RECORD
    seen_by = Capability.TRAINING_VIEW
    columns = (
        NAME,
        BRANCH,
        LAST_FOUR,
        ImportColumn("attended", "参加", aliases=("是否参加", "到课"), kind="yes_no", example="是"),
        ImportColumn("hours", "学时", kind="number", minimum=0, maximum=400, hint="不填则按培训班学时计。"),
        ImportColumn("score", "考试成绩", aliases=("成绩",), kind="number", minimum=0, maximum=100, example="86"),
        ImportColumn("resit_score", "补考成绩", kind="number", minimum=0, maximum=100),
        ImportColumn(
            "result",
            "结果",
            kind="choice",
            choices=LineResult.choices,
            hint="有考试的培训班按成绩和合格线判断，不看这一列。",
        ),
    )

    @classmethod
    def places(cls, user: Any, capability: str) -> QuerySet[Any]:
        return classes_in_full().visible_to(user, Capability(capability))

    @classmethod
    def place_label(cls, place: TrainingClass) -> str:
        return place.title

    @classmethod
    def done_url(cls, place: TrainingClass) -> str:
        return reverse("education:class_detail", args=[place.pk])

    @classmethod
    def obstacle(cls, user: Any, place: TrainingClass) -> str:
        return "" if place.state == ClassState.OPEN else "培训班已经结班或取消，不能再导入名单。"

    @classmethod
    def check(cls, user: Any, place: TrainingClass, rows: Sequence[Row]) -> Iterable[RowError]:
        return list(people_errors(_on_roll(place, rows), rows))

    @classmethod
    def commit(cls, by: Any, place: TrainingClass, rows: Sequence[Row]) -> int:
        people = _on_roll(place, rows)
        found = [(people.certain(row["name"], row["branch"], row["last_four"]), row) for row in rows]
        return roll_import(by=by, training_class=place, rows=[(member.pk, _line(row)) for member, row in found])


def _on_roll(place: TrainingClass, rows: Sequence[Row]) -> People:
    return People.named(members_below(place), [row["name"] for row in rows])


def _line(row: Row) -> LineData:
    """Who has a score took part, even where the sheet does not say so."""
    attended = row["attended"]
    if attended is None and row["score"] is not None:
        attended = True
    return LineData(
        attended=attended,
        hours=row["hours"],
        score=row["score"],
        resit_score=row["resit_score"],
        result=row["result"] or LineResult.UNTESTED,
    )


class CertificateImport(SheetImport):
    """Certificates that were issued before the portal."""

    slug = "certificate-register"
    title = "已发证书导入"
    hint = "平台启用前已经发放的培训合格证书，按原证书编号登记。"
    capability = Capability.CERTIFICATE_RECORD
    columns = (
        NAME,
        BRANCH,
        LAST_FOUR,
        ImportColumn("number", "证书编号", required=True, max_length=40, example="（2024）第018号"),
        ImportColumn("issuer", "发证单位", required=True, max_length=80, example="云川市直机关工委"),
        ImportColumn("issued_on", "发证日期", required=True, kind="date", example="2024-05-20"),
        ImportColumn("valid_until", "有效期至", required=True, kind="date", example="2027-05-19"),
    )

    @classmethod
    def places(cls, user: Any, capability: str) -> QuerySet[Any]:
        rows = Organisation.objects.visible_to(user, Capability(capability))
        return rows.filter(kind=OrganisationKind.WORK_COMMITTEE)

    @classmethod
    def done_url(cls, place: Organisation) -> str:
        return reverse("education:certificate_list")

    @classmethod
    def identity(cls, row: Row) -> Hashable:
        return row["number"]

    @classmethod
    def check(cls, user: Any, place: Organisation, rows: Sequence[Row]) -> Iterable[RowError]:
        people = _holders(rows)
        taken = set(numbers_taken([row["number"] for row in rows]))
        errors = []
        for row in rows:
            found = people.find(row["name"], row["branch"], row["last_four"])
            if isinstance(found, Doubt):
                errors.append(RowError(row, "name", found.text, found.accepted))
            if row["number"] in taken:
                errors.append(RowError(row, "number", "这个证书编号已经登记"))
            if row["issued_on"] >= row["valid_until"]:
                errors.append(RowError(row, "valid_until", "有效期须晚于发证日期"))
        return errors

    @classmethod
    def commit(cls, by: Any, place: Organisation, rows: Sequence[Row]) -> int:
        people = _holders(rows)
        found = [
            RegisterRow(
                people.certain(row["name"], row["branch"], row["last_four"]),
                row["number"],
                row["issuer"],
                row["issued_on"],
                row["valid_until"],
            )
            for row in rows
        ]
        return certificates_register(by=by, organisation=place, rows=found)


def _holders(rows: Sequence[Row]) -> People:
    return People.named(Member.objects.current(), [row["name"] for row in rows])
