"""What is measured inside one process: ``python -m bench.work NAME`` prints JSON. Each run is a process of its own,
so that peak memory is its own."""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.models import Posting, User  # noqa: E402
from accounts.roles import Role  # noqa: E402
from branches.ledgers.meetings import MeetingLedger  # noqa: E402
from branches.models import Member, Organisation  # noqa: E402

Figures = dict[str, Any]
WORK: dict[str, Callable[[], Figures]] = {}


def work(function: Callable[[], Figures]) -> Callable[[], Figures]:
    WORK[function.__name__] = function
    return function


def peak_megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@work
def login() -> Figures:
    """A session for the user named second, made beside the server as a login would make it."""
    client = Client()
    client.force_login(User.objects.get(username=sys.argv[2]), backend="django.contrib.auth.backends.ModelBackend")
    name = settings.SESSION_COOKIE_NAME
    return {"cookie": f"{name}={client.cookies[name].value}"}


@work
def save_target() -> Figures:
    """A branch with twenty members, its secretary, and the members' ids."""
    branch = _branch_of_twenty()
    posting = Posting.objects.filter(organisation=branch, role=Role.BRANCH_SECRETARY).select_related("user").first()
    assert posting is not None
    members = Member.objects.current().filter(organisation=branch).values_list("pk", flat=True)
    return {"branch": branch.pk, "username": posting.user.username, "members": list(members)}


def _branch_of_twenty() -> Organisation:
    from django.db.models import Count, Q

    counted = Organisation.objects.branches().active().annotate(n=Count("members", filter=Q(members__left_on=None)))
    secretaries = Posting.objects.filter(role=Role.BRANCH_SECRETARY).values("organisation")
    return counted.filter(n=20, pk__in=secretaries).order_by("path").first()


@work
def aggregate() -> Figures:
    """The bare SQL behind the matrix: counts by unit and rule of the running quarter, median of nine."""
    statement = """
        SELECT left(o.path, 8), b.requirement_id, count(*), count(*) FILTER (WHERE b.done >= b.needed),
               count(*) FILTER (WHERE b.waived)
        FROM branches_obligation b JOIN branches_organisation o ON o.id = b.organisation_id
        WHERE b.ends_on BETWEEN %s AND %s GROUP BY 1, 2
    """
    times = []
    with connection.cursor() as cursor:
        for _ in range(9):
            began = time.perf_counter()
            cursor.execute(statement, sys.argv[2:4])
            cursor.fetchall()
            times.append((time.perf_counter() - began) * 1000)
    return {"ms": sorted(times)[4]}


@work
def export_ours() -> Figures:
    """All logs as the list's export writes them."""
    from core.ledgers.exporting import write_workbook
    from core.ledgers.selection import Selection

    selection = Selection(MeetingLedger, User.objects.get(username="gongwei"), {})
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ours.xlsx"
        rows = write_workbook(selection, path)
        seconds = time.perf_counter() - began
    return {"s": seconds, "rows": rows, "mb": peak_megabytes()}


@work
def export_reference() -> Figures:
    """The same rows through openpyxl's write-only mode."""
    from openpyxl import Workbook

    from core.ledgers.selection import Selection

    selection = Selection(MeetingLedger, User.objects.get(username="gongwei"), {})
    began, rows = time.perf_counter(), 0
    book = Workbook(write_only=True)
    sheet = book.create_sheet("记录")
    columns = [column for column in MeetingLedger.columns if column.sheet]
    for row in selection.iter_cells(columns):
        sheet.append([value.replace(tzinfo=None) if getattr(value, "tzinfo", None) else value for value in row])
        rows += 1
    with tempfile.TemporaryDirectory() as folder:
        book.save(Path(folder) / "reference.xlsx")
    return {"s": time.perf_counter() - began, "rows": rows, "mb": peak_megabytes()}


@work
def remind_ours() -> Figures:
    """Reminders of one morning, written and rolled back, in a process that has its pages loaded, as a worker has."""
    from reports.models import Reminder
    from reports.services.reminders import reminders_send

    reverse("reports:home")
    with transaction.atomic():
        Reminder.objects.all().delete()
        began = time.perf_counter()
        count = reminders_send(today=_reminder_day())
        seconds = time.perf_counter() - began
        transaction.set_rollback(True)
    return {"s": seconds, "rows": count}


@work
def remind_reference() -> Figures:
    """As many reminder rows by INSERT … SELECT."""
    count = int(sys.argv[2])
    statement = """
        INSERT INTO reports_reminder (obligation_id, stage, batch, created_at)
        SELECT id, 'ahead', gen_random_uuid(), now() FROM branches_obligation ORDER BY id LIMIT %s
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM reports_reminder")
        began = time.perf_counter()
        cursor.execute(statement, [count])
        seconds = time.perf_counter() - began
        transaction.set_rollback(True)
    return {"s": seconds, "rows": count}


def _reminder_day() -> date:
    """A working day after the end of a month for which obligations are open."""
    from core.calendar import is_workday, local_today
    from core.periods import Freq, period_of

    day = period_of(local_today(), Freq.MONTH).starts_on
    while not is_workday(day):
        day = date.fromordinal(day.toordinal() + 1)
    return day


if __name__ == "__main__":
    print(json.dumps(WORK[sys.argv[1]]()))
