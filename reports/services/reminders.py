"""
Reminders: only to those who are really behind, one digest per person, on working days, never twice for the same
thing (domain.md §13.5 N8). Everything is a handful of statements, whatever the number of branches.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from itertools import groupby
from operator import itemgetter

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import Posting
from accounts.roles import ANSWERING_ROLES
from branches.choices import OrganisationStatus, RequirementLevel
from branches.models import Obligation
from core import audit
from core.bulk import insert_select
from core.calendar import is_workday, local_now, office_moment
from core.notices import NoticeRow, notices_send
from core.periods import parse_period
from reports.choices import ReminderStage
from reports.models import Reminder
from reports.policy import AHEAD_DAYS, ahead_until, overdue_since

#: Lines in one digest; the rest is counted, and all of it stands on the home page.
DIGEST_LINES = 12


@transaction.atomic
def reminders_send(*, today: date) -> int:
    """
    Tell those who answer for an organisation once, in one digest, what is near its end or just over it. Returns the
    number of reminders written; 0 on days off. Safe to run twice at once: the unique key gives each reminder to one
    run.
    """
    if not is_workday(today):
        return 0
    batch = uuid.uuid4()
    for stage in ReminderStage:
        constants = {"stage": stage.value, "batch": batch, "created_at": timezone.now()}
        insert_select(Reminder, "obligation_id", _due(today, stage).order_by(), constants)
    written = _written(batch)
    if written:
        notices_send(rows=_digests(written, today, batch), due_at=office_moment(local_now()))
        audit.record(by=None, action="reminder.send", after={"day": today.isoformat(), "count": len(written)})
    return len(written)


def _due(today: date, stage: str) -> QuerySet[Obligation]:
    """
    Obligations that are behind, at this stage, of organisations with somebody who answers for them and reads
    reminders, and not yet reminded.
    """
    readers = _answering(today).filter(organisation=OuterRef("organisation"))
    told = Reminder.objects.filter(obligation=OuterRef("pk"), stage=stage)
    behind = Obligation.objects.filter(
        done__lt=F("needed"),
        waived=False,
        organisation__status=OrganisationStatus.ACTIVE,
        requirement__level=RequirementLevel.DUE,
    )
    return behind.filter(_window(today, stage)).filter(~Exists(told), Exists(readers))


def _window(today: date, stage: str) -> Q:
    if stage == ReminderStage.OVERDUE:
        return Q(ends_on__lt=today, ends_on__gte=overdue_since(today))
    window = Q()
    for frequency in AHEAD_DAYS:
        window |= Q(requirement__frequency=frequency, ends_on__lte=ahead_until(frequency, today))
    return Q(ends_on__gte=today, starts_on__lte=today) & window


def _answering(today: date) -> QuerySet[Posting]:
    return Posting.objects.on(today).filter(role__in=ANSWERING_ROLES, user__is_active=True, user__reminders_muted=False)


Line = tuple[int, str, str, str, int, int, date, str, str, str, str]


def _written(batch: uuid.UUID) -> list[Line]:
    """What this run wrote, by organisation: the words of its digest."""
    return list(
        Reminder.objects.filter(batch=batch)
        .order_by("obligation__organisation_id", "obligation__ends_on", "obligation__requirement__code")
        .values_list(
            "obligation__organisation_id",
            "obligation__organisation__short_name",
            "obligation__requirement__title",
            "obligation__period",
            "obligation__done",
            "obligation__needed",
            "obligation__ends_on",
            "obligation__requirement__source",
            "obligation__requirement__article",
            "stage",
            "obligation__title",
        )
    )


def _digests(written: list[Line], today: date, batch: uuid.UUID) -> Iterable[NoticeRow]:
    readers: dict[int, list[int]] = {}
    for organisation_id, user_id in _answering(today).values_list("organisation_id", "user_id").distinct():
        readers.setdefault(organisation_id, []).append(user_id)
    lines: dict[int, list[Line]] = {}
    for organisation_id, group in groupby(written, key=itemgetter(0)):
        found = list(group)
        for user_id in readers.get(organisation_id, ()):
            lines.setdefault(user_id, []).extend(found)
    url = reverse("reports:home")
    for user_id, items in lines.items():
        yield NoticeRow(user_id, f"reminder:{today:%Y%m%d}:{batch.hex[:8]}", _subject(items), _body(items), url)


def _subject(items: list[Line]) -> str:
    overdue = sum(item[9] == ReminderStage.OVERDUE for item in items)
    parts = [f"{len(items) - overdue}项即将到期"] if len(items) > overdue else []
    parts += [f"{overdue}项已经逾期"] if overdue else []
    return f"应做事项提醒：{'，'.join(parts)}"


def _body(items: list[Line]) -> str:
    lines = [_line(item) for item in items[:DIGEST_LINES]]
    if len(items) > DIGEST_LINES:
        lines.append(f"……另有{len(items) - DIGEST_LINES}项，见首页。")
    return "\n".join([*lines, "已经开过的会，补记后即计入；确因工作安排不能开展的，可由单位按程序减免。"])


def _line(item: Line) -> str:
    _, name, rule, period, done, needed, ends_on, source, article, stage, title = item
    asked = "" if title else f"{parse_period(period).title}，应{needed}次，已{done}次，"
    until = f"截至{ends_on.month}月{ends_on.day}日，依据{source}{article}"
    return f"【{ReminderStage(stage).label}】{name} · {title or rule}（{asked}{until}）"
