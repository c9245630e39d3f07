"""Quarterly reports: requested, read in one moment, frozen, never changed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.roles import Capability
from branches.choices import OrganisationKind
from branches.models import Organisation
from core import audit
from core.jobs import job_enqueue
from core.models import Job
from core.periods import Freq, Period, parse_period, period_of
from reports.choices import ReportState
from reports.models import QuarterlyReport, ReportChunk
from reports.selectors.quarterly import Row, Snapshot, quarter_snapshot

if TYPE_CHECKING:
    from accounts.models import User

JOB_KIND = "quarterly_report"
#: Rows in one stored stretch of a sheet.
CHUNK = 500


def quarter_of(code: str, today: date) -> Period:
    """The quarter named by ``code``; ValidationError where there is none, or where it has not begun."""
    try:
        period = parse_period(code)
    except ValueError:
        period = None
    if period is None or period.freq is not Freq.QUARTER:
        raise ValidationError(f"没有“{code[:12]}”这个季度：请写成“2026Q3”的样子，季度为1至4。", code="quarter")
    if period.starts_on > today:
        raise ValidationError(f"{period.title}尚未开始，还没有可以汇总的记录。", code="quarter")
    return period


@transaction.atomic
def quarterly_report_request(
    *, by: User | None, organisation: Organisation, period: Period, today: date
) -> tuple[QuarterlyReport, bool]:
    """
    The report to be built, and whether it is new. A quarter that is over has one final edition; before that, one
    interim edition may be made a day at a time while the last one is still being built.
    """
    locked = Organisation.objects.order_by().select_for_update(no_key=True).get(pk=organisation.pk)
    if locked.kind == OrganisationKind.GROUP:
        raise ValidationError("党小组不单独生成季度报表，请选择党支部或上级党组织。")
    editions = QuarterlyReport.objects.filter(organisation=locked, period=period.code)
    is_final = today > period.ends_on
    same = editions.filter(is_final=True) if is_final else editions.filter(state=ReportState.BUILDING, as_of=today)
    if (standing := same.first()) is not None:
        return standing, False
    edition = (editions.aggregate(last=Max("edition"))["last"] or 0) + 1
    report = QuarterlyReport(
        organisation=locked,
        period=period.code,
        edition=edition,
        is_final=is_final,
        title=_title(locked, period, is_final, today),
        as_of=today,
        by=by,
    )
    report.full_clean()
    report.save()
    audit.record(
        by=by,
        action="report.generate",
        target=report,
        scope_path=locked.path,
        after={"period": period.code, "edition": edition, "final": is_final},
    )
    return report, True


@transaction.atomic
def quarterly_report_order(
    *, by: User | None, organisation: Organisation, period: Period, today: date
) -> QuarterlyReport | Job:
    """Request a report and have it built in the background: the job under way, or the report that is frozen already."""
    report, _ = quarterly_report_request(by=by, organisation=organisation, period=period, today=today)
    if report.is_frozen:
        return report
    city = organisation.kind == OrganisationKind.WORK_COMMITTEE
    return job_enqueue(
        by=by,
        kind=JOB_KIND,
        arguments={"report": report.pk},
        title=report.title,
        scope_path=organisation.path,
        capability=Capability.REPORT_CITY_DOWNLOAD if city else Capability.REPORT_UNIT_DOWNLOAD,
    )


def last_quarter_enqueue(*, today: date) -> int:
    """Order the final report of the quarter just over, for the city and for every unit; how many were still missing."""
    period = period_of(today, Freq.QUARTER).previous()
    kinds = (OrganisationKind.WORK_COMMITTEE, OrganisationKind.UNIT)
    done = QuarterlyReport.objects.filter(period=period.code, is_final=True, state=ReportState.FROZEN)
    missing = (
        Organisation.objects.of_kind(*kinds).standing_on(period.ends_on).exclude(pk__in=done.values("organisation"))
    )
    for organisation in missing:
        quarterly_report_order(by=None, organisation=organisation, period=period, today=today)
    return len(missing)


def _title(organisation: Organisation, period: Period, is_final: bool, today: date) -> str:
    kind = "季度报表" if is_final else f"季度报表（阶段性，截至{today.month}月{today.day}日）"
    return f"{organisation.short_name}{period.title}党建工作{kind}"


def quarterly_report_freeze(*, report: QuarterlyReport) -> QuarterlyReport:
    """
    Read the figures in one moment and freeze them; a report already frozen is returned as it stands, so the call is
    safe to repeat after a killed worker. Runs its own transactions.
    """
    if not report.is_frozen:
        _store(report, _read(report))
        report.refresh_from_db()
    return report


def _read(report: QuarterlyReport) -> Snapshot:
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return quarter_snapshot(report.organisation, parse_period(report.period), report.as_of)


@transaction.atomic
def _store(report: QuarterlyReport, snapshot: Snapshot) -> None:
    locked = QuarterlyReport.objects.select_for_update().get(pk=report.pk)
    if locked.is_frozen:
        return
    locked.chunks.all().delete()
    ReportChunk.objects.bulk_create(
        [
            ReportChunk(report=locked, sheet=sheet, number=number, rows=rows)
            for sheet, found in snapshot.sheets.items()
            for number, rows in enumerate(_stretches(found))
        ],
        batch_size=50,
    )
    locked.summary, locked.state, locked.frozen_at = snapshot.summary, ReportState.FROZEN, timezone.now()
    locked.save()
    audit.record(
        by=None,
        action="report.freeze",
        target=locked,
        scope_path=locked.organisation.path,
        after={"records": len(snapshot.sheets.get("records", ()))},
    )


def _stretches(rows: list[Row]) -> list[list[Row]]:
    return [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]


@transaction.atomic
def report_downloaded(*, by: User, report: QuarterlyReport) -> None:
    """Write down who took the file."""
    audit.record(
        by=by,
        action="report.download",
        target=report,
        scope_path=report.organisation.path,
        after={"period": report.period, "edition": report.edition},
    )
