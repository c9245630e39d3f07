"""Who is on the roll of a class, and how each did."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from core import audit
from education.choices import LineResult
from education.models import Certificate, TrainingClass, TrainingLine
from education.policy.certificates import result_of_test
from education.policy.hours import is_in_halves
from education.policy.rolls import LineData
from education.selectors.classes import members_below
from education.services.classes import open_class

#: So many lines in one save.
BATCH_LIMIT = 1000
FULL_MARK = 100
HOURS_LIMIT = 400


@transaction.atomic
def roll_add(*, by: User, training_class: TrainingClass, member_ids: Collection[int]) -> int:
    """Put present members below the organiser on the roll; how many were new."""
    held = open_class(training_class)
    wanted = sorted(set(member_ids) - set(held.lines.values_list("member_id", flat=True)))
    if not member_ids:
        raise ValidationError({"members": "请勾选学员。"})
    if len(wanted) > BATCH_LIMIT:
        raise ValidationError({"members": f"一次最多登记{BATCH_LIMIT}人。"})
    homes = dict(members_below(held).filter(pk__in=wanted).values_list("pk", "organisation_id"))
    if len(homes) < len(wanted):
        raise ValidationError({"members": "勾选的人里有不在名册上的，或不属于主办单位。"})
    TrainingLine.objects.bulk_create(
        TrainingLine(training_class=held, member_id=member, organisation_id=homes[member]) for member in wanted
    )
    _record(by, "training.roll_add", held, after={"新增学员": len(wanted)})
    return len(wanted)


@transaction.atomic
def line_remove(*, by: User, line: TrainingLine) -> None:
    """Take somebody off the roll of an open class."""
    held = open_class(line.training_class)
    if Certificate.objects.filter(training_class=held, member=line.member_id, revoked_on=None).exists():
        raise ValidationError("该学员已经发证，不能移出名单。")
    _record(by, "training.roll_remove", held, before={"member": line.member.name})
    TrainingLine.objects.filter(pk=line.pk).delete()


@transaction.atomic
def roll_record(*, by: User, training_class: TrainingClass, lines: Mapping[int, LineData]) -> int:
    """
    Write down attendance, hours and scores of these lines (by id); how many changed. ValidationError on
    "<id>-<field>" with the name; then nothing is changed.
    """
    held = open_class(training_class)
    rows = list(held.lines.select_related("member").filter(pk__in=list(lines)).order_by("pk"))
    if len(rows) < len(lines):
        raise ValidationError("名单已有变化，请刷新页面后重新填写。")
    changed: list[TrainingLine] = []
    problems: dict[str, str] = {}
    for row in rows:
        before = _told(row)
        _fill(row, held, lines[row.pk])
        problems |= _problems(row)
        if _told(row) != before:
            changed.append(row)
    if problems:
        raise ValidationError(problems)
    TrainingLine.objects.bulk_update(changed, [field.name for field in fields(LineData)], batch_size=500)
    if changed:
        _record(by, "training.roll_record", held, after={"更新学员": len(changed)})
    return len(changed)


@transaction.atomic
def roll_import(*, by: User, training_class: TrainingClass, rows: Sequence[tuple[int, LineData]]) -> int:
    """Put these members on the roll with what is told of each; members known already are overwritten. How many rows."""
    held = open_class(training_class)
    roll_add(by=by, training_class=held, member_ids=[member for member, _ in rows])
    ids = dict(held.lines.filter(member__in=[member for member, _ in rows]).values_list("member_id", "pk"))
    roll_record(by=by, training_class=held, lines={ids[member]: data for member, data in rows})
    return len(rows)


def results_renew(held: TrainingClass) -> None:
    """Judge all tests by the pass mark of the class, which is locked by the caller."""
    if held.pass_mark is None:
        return
    rows = list(held.lines.order_by("pk"))
    for row in rows:
        row.result = result_of_test(row.score, row.resit_score, held.pass_mark)
    TrainingLine.objects.bulk_update(rows, ["result"], batch_size=500)


def _fill(row: TrainingLine, held: TrainingClass, data: LineData) -> None:
    for field in fields(LineData):
        setattr(row, field.name, getattr(data, field.name))
    if held.pass_mark is not None:
        row.result = result_of_test(row.score, row.resit_score, held.pass_mark)
    if row.attended is not True:
        row.hours = None


def _problems(row: TrainingLine) -> dict[str, str]:
    """By "<id>-<field>", as the constraints say it: asking the database for each line would be too many queries."""
    scores = (row.score, row.resit_score)
    if row.attended is not True and (any(score is not None for score in scores) or row.result != LineResult.UNTESTED):
        return {f"{row.pk}-attended": f"{row.member.name}：没有参加的，不登记成绩和结果。"}
    if any(score is not None and not 0 <= score <= FULL_MARK for score in scores):
        return {f"{row.pk}-score": f"{row.member.name}：成绩应在0至100分之间。"}
    if row.score is None and row.resit_score is not None:
        return {f"{row.pk}-resit_score": f"{row.member.name}：没有考试成绩的，不登记补考成绩。"}
    if row.hours is not None and not (0 <= row.hours <= HOURS_LIMIT and is_in_halves(row.hours)):
        return {f"{row.pk}-hours": f"{row.member.name}：学时按半学时登记，如 4、7.5，不超过400。"}
    return {}


def _told(row: TrainingLine) -> tuple[Any, ...]:
    return tuple(getattr(row, field.name) for field in fields(LineData))


def _record(by: User, action: str, held: TrainingClass, **extra: Any) -> None:
    audit.record(by=by, action=action, target=held, scope_path=held.organisation.path, **extra)
