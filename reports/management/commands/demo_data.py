"""``manage.py demo_data``: a fictional city, the same for the same seed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from accounts.models import User
from branches.models import (
    Attendance,
    Meeting,
    MeetingCount,
    MeetingDecision,
    MeetingVote,
    Member,
    Organisation,
)
from branches.services.obligations import obligations_open
from branches.services.rules import rules_load
from branches.services.search_index import meetings_catch_up
from core.calendar import local_today
from reports.management.demo import (
    accounts,
    admission,
    closings,
    discipline,
    dues,
    education_study,
    education_training,
    elections,
    organisation_life,
    outreach,
    oversight_lists,
    oversight_papers,
    write,
)
from reports.management.demo.meetings import Minutes, Rows
from reports.management.demo.rows import bare_tables, next_id, reset_sequences
from reports.management.demo.tree import Builder, City

WINGS = (education_study, education_training, discipline, oversight_lists)
#: Logs held in memory before they are stored.
BATCH = 5_000


class Command(BaseCommand):
    help = "Fill an empty database with a fictional city; where there is one already, nothing is added."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--units", type=int, default=8)
        parser.add_argument("--branches", type=int, default=40)
        parser.add_argument("--members", type=int, default=600)
        parser.add_argument("--years", type=int, default=2)
        parser.add_argument("--months", type=int, help="length of the records in months, instead of --years")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--until", type=date.fromisoformat, help="last day of the records, today unless given")
        parser.add_argument("--accounts", type=Path, help="write the demo accounts with new random passwords here")

    def handle(self, **options: Any) -> None:
        units, branches, members = options["units"], options["branches"], options["members"]
        if units < 1 or branches < units or members < 3 * branches or options["years"] < 1:
            raise CommandError("needs at least one unit, a branch per unit, three members per branch, and one year")
        if Organisation.objects.exists():
            self.stdout.write("organisations exist already: nothing added")
        else:
            self._fill(options)
        path = options["accounts"]
        if path and not path.exists():
            accounts.passwords_issue(path)

    def _fill(self, options: dict[str, Any]) -> None:
        began, random = monotonic(), Random(options["seed"])
        today = options["until"] or local_today()
        since = _beginning(today, options["years"], options["months"])
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            builder = Builder(random, since, today, next_id(Organisation), next_id(Member))
            city = builder.build(options["units"], options["branches"], options["members"])
            write.organisations(city, random)
            write.members(city, random)
            write.posts(city.branches, random, since, today)
            writers = accounts.secretaries(city.branches)
            accounts.demo_users(city, writers)
            with bare_tables([Attendance, MeetingCount, MeetingVote, MeetingDecision]):
                count = self._logs(city, random, since, today, writers)
            reset_sequences([Organisation, Member, Meeting, MeetingCount, Attendance, MeetingVote, MeetingDecision])
            _analyze()  # the planner knows nothing yet of rows that this very transaction wrote
            rules_load()
            admission.load_admission(random, today)
            dues.load_dues(random, today)
            first, second = User.objects.order_by("pk")[:2]
            organisation_life.load_organisation_life(by=first, today=today)
            elections.load_elections(by=first, approver=second, today=today)
            root = Organisation.objects.get(depth=1)
            outreach.load_outreach(by=first, approver=second, today=today)
            for wing in WINGS:
                wing.fill(root, random, since, today)
            obligations_open(since=since)
            _analyze()
            oversight_papers.fill(root, random, since, today)
            closings.load_closings()
        meetings_catch_up()
        _analyze()
        self.stdout.write(
            f"{len(city.units)} units, {len(city.branches)} branches, {len(city.people)} members, {count} meetings "
            f"in {monotonic() - began:.0f} s"
        )

    def _logs(self, city: City, random: Random, since: date, today: date, writers: dict[int, int]) -> int:
        minutes = Minutes(random, since, today, next_id(Meeting), writers)
        rows, count = Rows(), 0
        for number, branch in enumerate(city.branches):
            minutes.branch(branch, rows, leave_open=number < 3)
            if len(rows.meetings) >= BATCH:
                count += write.logs(rows)
                rows = Rows()
        return count + write.logs(rows)


def _beginning(today: date, years: int, months: int | None) -> date:
    """First day of the records: whole calendar years including this one, or so many months including this one."""
    if months is None:
        return date(today.year - years + 1, 1, 1)
    year, month = divmod(today.year * 12 + today.month - months, 12)
    return date(year, month + 1, 1)


def _analyze() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
