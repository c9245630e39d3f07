"""The summary of study hours: derived anew from logs and closed classes, never typed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Capability
from branches.choices import OrganisationKind
from branches.models import Member, Obligation, Organisation
from branches.services.measures import deadlines_refresh, obligations_measured
from core import audit
from core.calendar import local_today
from core.jobs import Progress, job_enqueue
from core.models import Job
from education.models import HoursRefresh, HoursYear
from education.policy.hours import YearHours
from education.selectors.hours import batches, hours_by_member, logs_of_year, year_hours
from education.selectors.hours_measure import MEASURES
from education.selectors.training_deadlines import SOURCES

JOB_KIND = "study_hours"
#: Logs and classes of last year may still be written down or corrected.
YEARS_RENEWED = 2
WRITTEN = ("hours_meetings", "hours_classes", "class_count")


@transaction.atomic
def hours_renew_members(*, members: Collection[int], year: int) -> int:
    """Rewrite the summary of these members from their records, and the obligations that follow. Rows that changed."""
    changed = _store(members, year, year_hours(members, year))
    _measure(members, year)
    return changed


@transaction.atomic
def hours_renew(*, organisation: Organisation, year: int, by: User | None = None) -> int:
    """
    The same for everybody at or below an organisation, with the time at which it was done; how many rows changed. The
    logs of the year are read once, then 500 members at a time.
    """
    members = list(_members_of(organisation))
    logs, changed = logs_of_year(year), 0
    for ids in batches(members):
        changed += _store(ids, year, hours_by_member(ids, year, logs))
    _measure(members, year)
    HoursRefresh.objects.update_or_create(
        organisation=organisation, year=year, defaults={"by": by, "at": timezone.now()}
    )
    if by is not None:
        after = {"year": year, "changed": changed}
        audit.record(by=by, action="hours.renew", target=organisation, scope_path=organisation.path, after=after)
    return changed


def _members_of(organisation: Organisation) -> Collection[int]:
    rows = Member.objects.filter(organisation__path__startswith=organisation.path).order_by("pk")
    return rows.values_list("pk", flat=True)


def _store(members: Collection[int], year: int, found: dict[int, YearHours]) -> int:
    """Write what differs; everybody has a row, so that a list shows those without hours as well."""
    known = {row.member_id: row for row in HoursYear.objects.filter(year=year, member__in=list(members))}
    wanted = {member: found.get(member, YearHours()) for member in members}
    changed = [
        HoursYear(
            member_id=member,
            year=year,
            hours_meetings=hours.meetings,
            hours_classes=hours.classes,
            class_count=hours.class_count,
        )
        for member, hours in wanted.items()
        if member not in known or _told(known[member]) != (hours.meetings, hours.classes, hours.class_count)
    ]
    HoursYear.objects.bulk_create(
        changed, batch_size=500, update_conflicts=True, unique_fields=["member", "year"], update_fields=WRITTEN
    )
    return len(changed)


def _told(row: HoursYear) -> tuple[Decimal, Decimal, int]:
    return row.hours_meetings, row.hours_classes, row.class_count


def _measure(members: Collection[int], year: int) -> None:
    """Bring the obligations of the members' branches in line."""
    branches: set[int] = set()
    for ids in batches(sorted(members)):
        rows = Member.objects.filter(pk__in=ids).order_by()
        branches |= set(rows.values_list("memberships__organisation", flat=True)) - {None}
    for measure in MEASURES:
        for ids in batches(sorted(branches)):
            obligations_measured(measure=measure.name, organisation_ids=ids, days=[date(year, 12, 31)])


def hours_renew_nightly() -> int:
    """This year and the one before, for the whole city; then the deadlines of secretaries. Safe to run twice."""
    today, changed = local_today(), 0
    for root in Organisation.objects.of_kind(OrganisationKind.WORK_COMMITTEE).order_by("pk"):
        for year in range(today.year - YEARS_RENEWED + 1, today.year + 1):
            changed += hours_renew(organisation=root, year=year)
    training_deadlines_renew()
    return changed


def training_deadlines_renew() -> None:
    """
    Bring in line what follows from posts and the day alone: who became secretary or no longer is, what comes due now.
    """
    for source in SOURCES:
        subjects = {deadline.subject for deadline in source.rows(None)} | _asked_already(source.name)
        deadlines_refresh(source=source.name, subjects=subjects)


def _asked_already(source: str) -> set[str]:
    rows = Obligation.objects.filter(requirement__measure=source).exclude(subject="")
    return set(rows.values_list("subject", flat=True))


@transaction.atomic
def hours_order(*, by: User, organisation: Organisation, year: int) -> Job:
    """Order the renewal as a background job; the same one under way is given instead of a second."""
    if not local_today().year - 5 <= year <= local_today().year:
        raise ValidationError({"year": "只能更新本年度和前五个年度的学时。"})
    return job_enqueue(
        by=by,
        kind=JOB_KIND,
        arguments={"organisation": organisation.pk, "year": year},
        title=f"更新{organisation.short_name}{year}年学时汇总",
        scope_path=organisation.path,
        capability=Capability.HOURS_VIEW,
    )


def hours_renew_ordered(*, job: Job, progress: Progress) -> None:
    """What ``hours_order`` ordered; ValidationError where the right is gone."""
    organisation = Organisation.objects.get(pk=job.arguments["organisation"])
    by, year = User.objects.get(pk=job.owner_id), job.arguments["year"]
    if not by.is_active or not by.scope(Capability.HOURS_VIEW).covers(organisation.path):
        raise ValidationError("您已没有查看这个范围学时的权限。")
    progress(0, 1, "正在按会议记录和培训班计算")
    changed = hours_renew(organisation=organisation, year=year, by=by)
    progress(1, 1, f"已更新，{changed}人的学时有变化。")
