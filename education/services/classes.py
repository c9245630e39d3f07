"""Training classes: registered, their rolls kept, closed. Closing fixes everybody's hours."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from branches.choices import OrganisationStatus
from branches.models import Organisation
from branches.services.measures import deadlines_refresh
from core import audit
from core.calendar import local_today
from core.search import PERSONAL_NUMBER
from education.choices import ClassKind, ClassState
from education.models import Certificate, TrainingClass
from education.policy.hours import is_in_halves, suggested_hours
from education.policy.rolls import CLASS_FIELDS
from education.selectors.classes import ORGANISERS
from education.selectors.training_deadlines import TRAINING, secretary_posts
from education.selectors.training_rules import study_rules
from education.services.hours import hours_renew_members


@transaction.atomic
def class_create(
    *,
    by: User,
    organisation: Organisation,
    title: str,
    kind: str,
    starts_on: date,
    ends_on: date,
    place: str = "",
    hours: Decimal | None = None,
    pass_mark: int | None = None,
) -> TrainingClass:
    """
    Register a class. ``hours`` None: what its days are worth (§4); ``pass_mark`` None: none, and the default for
    上岗培训. ValidationError by field, in Chinese.
    """
    if organisation.kind not in ORGANISERS or organisation.status != OrganisationStatus.ACTIVE:
        raise ValidationError({"organisation": "培训班由党支部以上的党组织主办。"})
    held = TrainingClass(organisation=organisation, by=by)
    _set(
        held,
        title=title,
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
        place=place,
        hours=hours,
        pass_mark=pass_mark,
    )
    held.save(force_insert=True)
    _record(by, "training.create", held, after=_told(held))
    return held


@transaction.atomic
def class_update(*, by: User, training_class: TrainingClass, **values: Any) -> TrainingClass:
    """Change what an open class is (CLASS_FIELDS). The results of its tests are judged anew by a changed pass mark."""
    from education.services.rolls import results_renew

    held = locked_class(training_class)
    _refuse_unless_open(held)
    before = _told(held)
    _set(held, **{name: values[name] for name in CLASS_FIELDS if name in values})
    held.save()
    results_renew(held)
    _record(by, "training.update", held, before=before, after=_told(held))
    return held


@transaction.atomic
def class_close(*, by: User, training_class: TrainingClass) -> TrainingClass:
    """
    The class is over: whoever attended gets its hours unless others were set, and it counts. ValidationError while it
    runs, without a roll, or where attendance of somebody is not yet told.
    """
    held = locked_class(training_class)
    _refuse_unless_open(held)
    if held.ends_on > local_today():
        raise ValidationError("培训班还没有结束，结束之后再结班。")
    lines = list(held.lines.order_by("pk"))
    if not lines:
        raise ValidationError("还没有学员名单，登记之后再结班。")
    untold = sum(line.attended is None for line in lines)
    if untold:
        raise ValidationError(f"还有{untold}人没有登记是否参加，登记之后再结班。")
    held.lines.filter(attended=True, hours=None).update(hours=held.hours)
    held.lines.filter(attended=False).update(hours=None)
    held.state, held.closed_at = ClassState.CLOSED, timezone.now()
    held.full_clean()
    held.save()
    _follow(held)
    after = {"学员": len(lines), "参加": sum(line.attended is True for line in lines)}
    _record(by, "training.close", held, after=after)
    return held


@transaction.atomic
def class_reopen(*, by: User, training_class: TrainingClass, reason: str) -> TrainingClass:
    """
    Open a closed class again to correct its roll; its hours no longer count until it is closed. ValidationError where
    certificates were issued from it.
    """
    held = locked_class(training_class)
    if held.state != ClassState.CLOSED:
        raise ValidationError("培训班没有结班，不需要重新登记。")
    if Certificate.objects.filter(training_class=held, revoked_on=None).exists():
        raise ValidationError("已经按这个培训班发放证书，不能重新登记。请先撤销登记有误的证书。")
    held.reason = plain("reason", reason, required="请写明重新登记的原因。")
    held.state, held.closed_at = ClassState.OPEN, None
    held.full_clean()
    held.save()
    _follow(held)
    _record(by, "training.reopen", held, reason=held.reason)
    return held


@transaction.atomic
def class_cancel(*, by: User, training_class: TrainingClass, reason: str) -> TrainingClass:
    """The class is not held; nothing of it counts."""
    held = locked_class(training_class)
    _refuse_unless_open(held)
    held.reason = plain("reason", reason, required="请写明取消的原因。")
    held.state = ClassState.CANCELLED
    held.full_clean()
    held.save()
    _record(by, "training.cancel", held, reason=held.reason)
    return held


def locked_class(held: TrainingClass) -> TrainingClass:
    """Locked against every other write of the class or its roll."""
    return TrainingClass.objects.select_related("organisation").select_for_update(of=("self",)).get(pk=held.pk)


def open_class(held: TrainingClass) -> TrainingClass:
    """The locked class, which must be open."""
    found = locked_class(held)
    _refuse_unless_open(found)
    return found


def plain(field: str, text: str, *, required: str = "") -> str:
    """Free text without personal numbers (N11). ValidationError on ``field``."""
    text = text.strip()
    if required and not text:
        raise ValidationError({field: required})
    if PERSONAL_NUMBER.search(text):
        raise ValidationError({field: "请不要填写身份证号码、手机号码等个人信息。"})
    return text


def _refuse_unless_open(held: TrainingClass) -> None:
    if held.state == ClassState.CLOSED:
        raise ValidationError("培训班已经结班，不能再修改。确有登记错误的，重新登记后再改。")
    if held.state == ClassState.CANCELLED:
        raise ValidationError("培训班已经取消，不能再修改。")


def _set(held: TrainingClass, **values: Any) -> None:
    for name, value in values.items():
        setattr(held, name, value)
    held.title, held.place = plain("title", held.title), plain("place", held.place)
    rules = study_rules(held.starts_on or local_today())
    if held.hours is None and held.starts_on and held.ends_on:
        held.hours = suggested_hours(held.starts_on, held.ends_on, rules.value("day_hours"))
    if held.kind == ClassKind.QUALIFYING and held.pass_mark is None:
        held.pass_mark = rules.number("pass_mark")
    if held.hours is not None and not is_in_halves(held.hours):
        raise ValidationError({"hours": "学时按半学时登记，如 4、7.5。"})
    held.full_clean()


def _follow(held: TrainingClass) -> None:
    """Hours, obligations and deadlines that follow from the class."""
    members = list(held.lines.values_list("member_id", flat=True))
    hours_renew_members(members=members, year=held.ends_on.year)
    deadlines_refresh(source=TRAINING, subjects=[f"{TRAINING}:{post}" for post in secretary_posts(members)])


def _told(held: TrainingClass) -> dict[str, str]:
    return {name: "" if (value := getattr(held, name)) is None else str(value) for name in CLASS_FIELDS}


def _record(by: User, action: str, held: TrainingClass, **extra: Any) -> None:
    audit.record(by=by, action=action, target=held, scope_path=held.organisation.path, **extra)
