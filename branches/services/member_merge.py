"""Two records of one person made one: what refers to the second refers to the first, then the second goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model, ProtectedError

from accounts.models import User
from branches.choices import PRESENT_STATUSES, LeaveReason, MemberChangeKind
from branches.models import Attendance, Member, MemberChange, Membership, Post
from branches.policy.stays import uncovered
from branches.selectors.member_doubles import MERGED_FIELDS, differences, two_persons
from branches.selectors.member_relations import relations_of_members
from branches.services.dues_months import dues_follow
from branches.services.member_history import Happening, happening_record, plain
from branches.services.member_moves import masks, member_check, member_locked, member_save
from branches.services.names import person_pinyin
from branches.services.obligations import obligations_reopen_for, organisations_lock
from branches.services.personal_data import ID_FIELDS, PHONE_FIELDS
from core.calendar import local_today

REASON_MINIMUM = 4
NUMBERS = {"id_number": ID_FIELDS, "phone": PHONE_FIELDS}


@transaction.atomic
def member_merge(*, by: User, keep: Member, drop: Member, from_second: Sequence[str], reason: str) -> Member:
    """
    Merge ``drop`` into ``keep``. ``from_second``: fields whose value is taken from ``drop`` (names of MERGED_FIELDS,
    "id_number", "phone"); a field that is empty in ``keep`` is filled anyway. Stays, logs, posts, letters and history
    of both are one person's then; what the first says already is told in the history row instead of being doubled.
    """
    text = _reason(reason)
    kept, dropped = _locked(keep, drop)
    _check(kept, dropped)
    before = _facts(kept)
    values = _values(kept, dropped, from_second)
    apart = [*_stays_join(kept, dropped), *_references_join(kept, dropped)]
    MemberChange.objects.filter(member=dropped).update(member=kept)
    told = f"{dropped.name}（{dropped.organisation.short_name}，{dropped.id_number_mask or '无身份号码'}）"
    _delete(dropped)
    _assign(kept, values)
    after = _facts(kept)
    changed = [name for name in before if before[name] != after[name]]
    what = Happening(
        MemberChangeKind.MERGED,
        local_today(),
        {name: before[name] for name in changed},
        {**{name: after[name] for name in changed}, "merged": told, "kept_apart": apart},
        reason=text,
    )
    happening_record(by=by, member=kept, action="member.merge", what=what)
    obligations_reopen_for(organisation_ids=kept.posts.values_list("organisation_id", flat=True))
    dues_follow(member_ids=[kept.pk])
    return kept


def _locked(keep: Member, drop: Member) -> tuple[Member, Member]:
    posts = Post.objects.filter(member__in=[keep.pk, drop.pk]).values_list("organisation_id", flat=True)
    organisations_lock(sorted({keep.organisation_id, drop.organisation_id, *posts}))
    first, second = sorted((keep, drop), key=lambda member: member.pk)
    rows = {member.pk: member for member in (member_locked(first), member_locked(second))}
    return rows[keep.pk], rows[drop.pk]


def _check(kept: Member, dropped: Member) -> None:
    if kept.pk == dropped.pk:
        raise ValidationError("请选择另一条记录。")
    if two_persons(kept, dropped):
        raise ValidationError("两条记录的公民身份号码不同，是两个人，不能合并。号码抄错的，请先更正。")
    if kept.left_on is not None and dropped.left_on is None:
        raise ValidationError("请保留在册的那一条，把已减员的并入它。")
    if kept.user_id and dropped.user_id:
        raise ValidationError("两条记录各对应一个账号，请先解除其中一个。")


def _values(kept: Member, dropped: Member, from_second: Sequence[str]) -> dict[str, Any]:
    """What the one record says: its own, but for what was chosen from the second or stands there alone."""
    known = {item.name: item for item in differences(kept, dropped)}
    if unknown := sorted(set(from_second) - {*MERGED_FIELDS, *NUMBERS}):
        raise ValidationError(f"没有这些栏目：{'、'.join(unknown)}")
    taken = {name for name, item in known.items() if name in from_second or not item.first}
    columns = [column for name in taken for column in NUMBERS.get(name, (name,))]
    values = {column: getattr(dropped, column) for column in columns}
    return values | ({"user": dropped.user} if dropped.user_id else {})


def _stays_join(kept: Member, dropped: Member) -> list[str]:
    """The second's stays fill the gaps between the first's; where both were somewhere, the first's word holds."""
    cover = list(kept.memberships.values_list("starts_on", "ends_on"))
    apart = []
    for stay in dropped.memberships.select_related("organisation"):
        parts = uncovered((stay.starts_on, stay.ends_on), cover)
        if parts != [(stay.starts_on, stay.ends_on)]:
            apart.append(f"{stay.organisation.short_name} {stay.starts_on}至{stay.ends_on or '今'}")
        for starts_on, ends_on in parts:
            _stay_add(stay, kept, starts_on, ends_on)
        stay.delete()
    return apart


def _stay_add(stay: Membership, kept: Member, starts_on: Any, ends_on: Any) -> None:
    leave = stay.leave_reason or (LeaveReason.MOVED if ends_on else "")
    part = Membership(member=kept, organisation=stay.organisation, group=stay.group, entry_reason=stay.entry_reason)
    part.starts_on, part.ends_on, part.leave_reason = starts_on, ends_on, leave if ends_on else ""
    if ends_on is None:  # the second's place among its own: the unique open stay moves, it is not doubled
        Membership.objects.filter(pk=stay.pk).update(ends_on=stay.starts_on, leave_reason=LeaveReason.MOVED)
    part.save(force_insert=True)


def _references_join(kept: Member, dropped: Member) -> list[str]:
    """Every row of every table that names the second names the first; rows that would be doubled are told and go."""
    apart: list[str] = []
    _attendance_prefer_presence(kept, dropped)
    for relation in relations_of_members():
        name = relation.field.name
        rows = relation.related_model._base_manager.filter(**{name: dropped})
        for row in rows.order_by("pk"):
            if not _repointed(row, name, kept):
                apart.append(str(row._meta.verbose_name))  # its content may be for fewer eyes than the history
                row.delete()
    return apart


def _repointed(row: Model, name: str, kept: Member) -> bool:
    """Whether the row could be given to ``kept``: a constraint may say that there is one already."""
    try:
        with transaction.atomic():
            type(row)._base_manager.filter(pk=row.pk).update(**{name: kept})
    except IntegrityError:
        return False
    return True


def _attendance_prefer_presence(kept: Member, dropped: Member) -> None:
    """In a log that counted both, the person was there if one of the two was."""
    present = dict(
        Attendance.objects.filter(member=dropped, status__in=PRESENT_STATUSES).values_list("meeting_id", "status")
    )
    for row in Attendance.objects.filter(member=kept, meeting__in=present).exclude(status__in=PRESENT_STATUSES):
        row.status = present[row.meeting_id]
        row.save(update_fields=["status"])


def _delete(dropped: Member) -> None:
    try:
        Member.objects.filter(pk=dropped.pk).delete()
    except ProtectedError as error:
        raise ValidationError("还有不能并入的记录，请联系系统管理员。") from error


def _assign(kept: Member, values: Mapping[str, Any]) -> None:
    for column, value in values.items():
        setattr(kept, column, value)
    kept.name_pinyin, kept.initials = person_pinyin(kept.name)
    member_check(kept)
    member_save(kept)


def _facts(member: Member) -> dict[str, Any]:
    return plain({name: getattr(member, name) for name in MERGED_FIELDS}) | masks(member)


def _reason(reason: str) -> str:
    if len(reason.strip()) < REASON_MINIMUM:
        raise ValidationError({"reason": f"请写明合并的理由，至少{REASON_MINIMUM}个字。"})
    return reason.strip()
