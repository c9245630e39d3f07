"""The stages of 「四位一体」闭环管理 as dated versions. Items keep the version that they were registered under."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from accounts.models import User
from core import audit
from core.calendar import local_today
from oversight.models import SchemeStage, StageScheme
from oversight.policy.directives import StageDraft
from oversight.selectors.directives import CLOSING, DEFAULT_STAGES, scheme_on
from oversight.services.texts import cleaned

STAGES_LIMIT = 8
#: The day of the speech that the mechanism comes from.
FIRST_DAY = date(2023, 7, 1)


@transaction.atomic
def scheme_save(
    *, by: User, stages: Sequence[StageDraft], closing_days: int | None, valid_from: date, note: str = ""
) -> StageScheme:
    """A new version, in force from a day not before today; 销号 is always its last stage. ValidationError by field."""
    scheme_ensure()
    if valid_from < local_today():
        raise ValidationError({"valid_from": "启用日期不能早于今天。"})
    texts = cleaned(note=note)
    _check(stages, closing_days)
    scheme = _stored(by, [*stages, StageDraft(CLOSING.name, closing_days)], valid_from, texts["note"])
    after = {"启用日期": valid_from.isoformat(), "阶段": [stage.name for stage in stages]}
    audit.record(by=by, action="directive.scheme", target=scheme, after=after)
    return scheme


def scheme_ensure() -> None:
    """Store the version that the portal begins with, where there is none yet."""
    if not StageScheme.objects.exists():
        _stored(None, [*DEFAULT_STAGES, CLOSING], FIRST_DAY, "平台初始设置")


def scheme_for(day: date) -> StageScheme:
    """The version in force on ``day``, the first one for what is older."""
    scheme_ensure()
    return scheme_on(day) or StageScheme.objects.earliest("number")


def _check(stages: Sequence[StageDraft], closing_days: int | None) -> None:
    names = [stage.name for stage in stages]
    if not 1 <= len(stages) <= STAGES_LIMIT:
        raise ValidationError({"stages": f"销号之前应有1至{STAGES_LIMIT}个阶段。"})
    if len(set(names)) < len(names) or CLOSING.name in names:
        raise ValidationError({"stages": "阶段名称不能重复；“销号”由平台固定为最后一个阶段。"})
    days = [each for each in (*(stage.days for stage in stages), closing_days) if each is not None]
    if days != sorted(days):
        raise ValidationError({"stages": "后面阶段的时限不能早于前面的阶段。"})


def _stored(by: User | None, stages: Sequence[StageDraft], valid_from: date, note: str) -> StageScheme:
    number = (StageScheme.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    scheme = StageScheme(number=number, valid_from=valid_from, note=note, by=by)
    scheme.full_clean(exclude=["by"])
    scheme.save(force_insert=True)
    rows = [
        SchemeStage(
            scheme=scheme,
            position=position,
            name=stage.name,
            days=stage.days,
            by_meeting=stage.by_meeting,
            is_closing=position == len(stages),
        )
        for position, stage in enumerate(stages, start=1)
    ]
    for row in rows:
        row.full_clean(exclude=["scheme"], validate_unique=False, validate_constraints=False)
    SchemeStage.objects.bulk_create(rows)
    return scheme
