"""What is measured inside one process: ``python -m bench.work NAME`` prints JSON. Each run is a process of its own,
so that peak memory is its own."""

from __future__ import annotations

import csv
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from random import Random
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from openpyxl import Workbook  # noqa: E402
from python_calamine import CalamineWorkbook  # noqa: E402

from accounts.models import Posting, User  # noqa: E402
from accounts.roles import Role  # noqa: E402
from branches.ledgers.meetings import MeetingLedger  # noqa: E402
from branches.models import Member, Organisation  # noqa: E402
from branches.policy.roster_layout import FIELDS  # noqa: E402
from reports.management.demo.names import id_number, person_name  # noqa: E402

ROSTER_ROWS = 40_000
ROSTER_WITHOUT = ("group_id", "probation_extended_until")
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
def import_ours() -> Figures:
    """A roster of new members read, checked and committed as the pages and jobs do it, then rolled back."""
    from branches.models import RosterBatch
    from branches.services.roster import roster_check, roster_commit, roster_upload

    content = roster_file().read_bytes()
    by, city = User.objects.get(username="gongwei"), Organisation.objects.get(depth=1)
    with transaction.atomic():
        began = time.perf_counter()
        batch = roster_upload(by=by, organisation=city, file=BytesIO(content), file_name="roster.xlsx")
        uploaded = time.perf_counter()
        batch = roster_check(batch_id=batch.pk)
        checked = time.perf_counter()
        if batch.error_count:
            raise RuntimeError(f"the roster has errors: {batch.errors[:3]}")
        batch = roster_commit(by=by, batch_id=batch.pk)
        connection.check_constraints()
        ended = time.perf_counter()
        transaction.set_rollback(True)
    if batch.state != RosterBatch.State.COMMITTED or batch.created_count != ROSTER_ROWS:
        raise RuntimeError(f"{batch.created_count} of {ROSTER_ROWS} members were stored")
    parts = {"upload": uploaded - began, "check": checked - uploaded, "commit": ended - checked}
    return {"s": ended - began, "rows": batch.created_count, **{name: round(part, 2) for name, part in parts.items()}}


@work
def import_reference() -> Figures:
    """The same file through calamine, and its rows by COPY into a table without any index."""
    path = roster_file()
    with transaction.atomic(), connection.cursor() as cursor:
        began = time.perf_counter()
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
        columns = ", ".join(f"c{number} text" for number in range(len(rows[0])))
        cursor.execute(f"CREATE TEMPORARY TABLE bench_roster ({columns}) ON COMMIT DROP")
        buffer = StringIO(newline="")
        csv.writer(buffer, lineterminator="\n").writerows(rows)
        buffer.seek(0)
        cursor.copy_expert("COPY bench_roster FROM STDIN (FORMAT csv)", buffer)
        seconds = time.perf_counter() - began
        transaction.set_rollback(True)
    return {"s": seconds, "rows": len(rows) - 1}


def roster_file() -> Path:
    """The roster: 40,000 fictional people whom the city does not have yet, spread over its branches. Made once."""
    path = Path(settings.VAR_DIR) / f"roster_{ROSTER_ROWS}.xlsx"
    if not path.exists():
        book = Workbook(write_only=True)
        sheet = book.create_sheet("党员名册")
        sheet.append([field.headings[0] for field in FIELDS if field.name not in ROSTER_WITHOUT])
        for row in _roster_rows():
            sheet.append(row)
        book.save(path)
    return path


def _roster_rows() -> Iterator[list[str]]:
    random = Random(1)
    branches = list(Organisation.objects.branches().active().order_by("path").values_list("code", flat=True))
    for number in range(ROSTER_ROWS):
        born, joined = date(1950, 1, 1) + timedelta(number // 4), date(2000 + number % 20, 7, 1)
        values = {
            "name": person_name(random), "gender": "女" if number % 2 else "男", "ethnicity": "汉族",
            "id_number": id_number(f"{born:%Y%m%d}", 990 + number % 4 * 2 + (number % 2 == 0)),
            "birth_date": born.isoformat(), "education": "大学本科", "category": "正式党员", "degree": "学士",
            "organisation_id": branches[number % len(branches)], "phone": f"139{number:08d}",
            "joined_on": joined.isoformat(), "confirmed_on": joined.replace(year=joined.year + 1).isoformat(),
            "party_age_correction": "0", "social_stratum": "无", "position": "科员", "technical_post": "工程师",
            "is_migrant_worker": "否", "is_lost": "否", "is_mobile": "否", "join_type": "新发展党员",
            "confirmation": "按期转正", "joined_at": "原单位党支部", "native_place": "外省某市",
            "work_phone": f"010-{number + 10_000_000:08d}", "email": f"member{number}@example.org",
        }  # fmt: skip
        yield [values[field.name] for field in FIELDS if field.name not in ROSTER_WITHOUT]


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
