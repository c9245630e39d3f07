"""工作时间之外政治言行若干规范: versions, and each member's own commitment. Nothing here is about anyone's speech."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts.models import User
from branches.models import Member, Organisation
from core import audit
from core.calendar import local_today
from education.models import ConductCommitment, ConductText
from education.selectors.conduct import conduct_in_force


@transaction.atomic
def conduct_publish(*, by: User, organisation: Organisation, title: str, text: str, valid_from: date) -> ConductText:
    """The next version; it never begins before the one that stands. ValidationError by field."""
    place = Organisation.objects.order_by().select_for_update(no_key=True).get(pk=organisation.pk)
    known = ConductText.objects.filter(organisation=place).aggregate(number=Max("number"), day=Max("valid_from"))
    if valid_from < local_today():
        raise ValidationError({"valid_from": ["施行日期不能早于今天。"]})
    if known["day"] and valid_from <= known["day"]:
        raise ValidationError({"valid_from": [f"应晚于上一版的施行日期（{known['day']}）。"]})
    row = ConductText(
        organisation=place, number=(known["number"] or 0) + 1, title=title.strip(), text=text.strip(),
        valid_from=valid_from, by=by,
    )  # fmt: skip
    row.full_clean(exclude=["by"])
    row.save(force_insert=True)
    after = {"number": row.number, "title": row.title, "valid_from": valid_from.isoformat()}
    audit.record(by=by, action="conduct.publish", target=row, scope_path=place.path, after=after)
    return row


@transaction.atomic
def conduct_commit(*, by: User, text_id: int) -> ConductCommitment:
    """The reader's own commitment to the version in force; a second time changes nothing."""
    text = conduct_in_force(local_today())
    if text is None or text.pk != text_id:
        raise ValidationError("规范已有新的版本，请重新阅读。")
    member = Member.objects.select_for_update(no_key=True, of=("self",)).filter(user=by, left_on=None).first()
    if member is None:
        raise ValidationError("您的账号没有对应的在册党员，请党支部书记在党员页办理“对应账号”。")
    try:
        with transaction.atomic():
            row = ConductCommitment.objects.create(text=text, member=member)
    except IntegrityError:
        return ConductCommitment.objects.get(text=text, member=member)
    audit.record(by=by, action="conduct.commit", target=text, after={"number": text.number})
    return row
