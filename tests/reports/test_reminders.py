"""Reminders: only to those behind, one digest each, on working days, never twice (N8)."""

from datetime import date

import pytest
from django.core import mail

from accounts.roles import Role
from branches.choices import MeetingKind, OrganisationStatus
from branches.models import Obligation, Organisation
from branches.services.obligations import obligation_waive, obligations_open, obligations_refresh
from branches.services.requirements import requirements_load
from core.models import Notice, NoticeDelivery
from reports.choices import ReminderStage
from reports.models import Reminder
from reports.services.reminders import reminders_send
from tests.factories import make_meeting, make_user

#: A Thursday, 13 days before the end of September 2026; a Saturday; a working day after the quarter's end.
THURSDAY = date(2026, 9, 17)
SATURDAY = date(2026, 9, 19)
AFTER = date(2026, 10, 9)
R03, R06 = "R03", "R06"


@pytest.fixture
def opened(city):
    requirements_load()
    obligations_open(since=date(2026, 7, 1), through=date(2026, 12, 31))
    city.secretary = city.user(Role.BRANCH_SECRETARY)
    city.secretary.email = "sj@example.invalid"
    city.secretary.save()
    return city


def codes(stage: str) -> set[tuple[str, str]]:
    found = Reminder.objects.filter(stage=stage)
    return set(found.values_list("obligation__requirement__code", "obligation__period"))


def test_a_branch_that_is_behind_is_told_once_in_one_digest(opened):
    first = reminders_send(today=THURSDAY)
    assert first == Reminder.objects.count() > 0
    assert (R03, "2026Q3") in codes(ReminderStage.AHEAD)
    assert (R06, "2026M08") in codes(ReminderStage.OVERDUE)
    notice = Notice.objects.get(user=opened.secretary)
    assert "即将到期" in notice.subject
    assert "支部党员大会（2026年三季度，应1次，已0次，截至9月30日" in notice.body
    assert reminders_send(today=THURSDAY) == 0
    assert Notice.objects.count() == 1
    assert NoticeDelivery.objects.count() == 1
    assert mail.outbox == []


def test_only_what_is_near_its_end_is_told(opened):
    reminders_send(today=date(2026, 9, 1))
    assert (R03, "2026Q3") not in codes(ReminderStage.AHEAD)
    assert (R06, "2026M09") not in codes(ReminderStage.AHEAD)
    assert (R06, "2026M07") not in codes(ReminderStage.OVERDUE), "older than thirty days: the home page only"


def test_rules_that_only_warn_are_never_reminded_of(opened):
    obligations_open(since=date(2026, 1, 1), through=date(2026, 12, 31))
    assert Obligation.objects.filter(requirement__code="R09").exists()
    reminders_send(today=date(2026, 12, 24))
    told = codes(ReminderStage.AHEAD) | codes(ReminderStage.OVERDUE)
    assert (R03, "2026Q4") in told
    assert "R09" not in {code for code, _ in told}


def test_nothing_is_said_on_a_day_off(opened):
    assert reminders_send(today=SATURDAY) == 0
    assert not Reminder.objects.exists()


def test_what_is_done_or_waived_is_not_mentioned(opened):
    make_meeting(opened.branch, date(2026, 9, 3), MeetingKind.ASSEMBLY)
    obligations_refresh(organisation_id=opened.branch.pk, days=[date(2026, 9, 3)])
    waived = Obligation.objects.get(organisation=opened.branch, requirement__code="R22", period="2026Q3")
    obligation_waive(by=opened.user(Role.UNIT_STAFF), obligation=waived, reason="市里统一安排在下一季度合并召开")
    reminders_send(today=THURSDAY)
    told = codes(ReminderStage.AHEAD)
    assert (R03, "2026Q3") not in told
    assert ("R22", "2026Q3") not in told
    assert (R06, "2026M09") not in told, "the month's last week has not begun"


def test_each_stage_is_told_once(opened):
    reminders_send(today=THURSDAY)
    reminders_send(today=AFTER)
    assert (R03, "2026Q3") in codes(ReminderStage.AHEAD)
    assert (R03, "2026Q3") in codes(ReminderStage.OVERDUE)
    assert Notice.objects.filter(user=opened.secretary).count() == 2


def test_the_muted_the_gone_and_the_suspended_are_left_in_peace(opened):
    opened.secretary.reminders_muted = True
    opened.secretary.save()
    assert reminders_send(today=THURSDAY) == 0
    opened.secretary.reminders_muted = False
    opened.secretary.save()
    Organisation.objects.filter(pk=opened.branch.pk).update(status=OrganisationStatus.SUSPENDED)
    assert reminders_send(today=THURSDAY) == 0


def test_other_branches_are_not_named_to_a_secretary(opened):
    other = make_user(Role.BRANCH_SECRETARY, opened.foreign)
    reminders_send(today=THURSDAY)
    mine = Notice.objects.get(user=opened.secretary)
    theirs = Notice.objects.get(user=other)
    assert opened.foreign.short_name not in mine.body
    assert opened.branch.short_name not in theirs.body


def test_the_number_of_statements_does_not_grow(opened, django_assert_num_queries, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make_user(Role.BRANCH_SECRETARY, opened.foreign)
    with CaptureQueriesContext(connection) as one:
        reminders_send(today=THURSDAY)
    for branch in (opened.sibling,):
        make_user(Role.BRANCH_SECRETARY, branch)
    Reminder.objects.all().delete()
    Notice.objects.all().delete()
    with CaptureQueriesContext(connection) as two:
        reminders_send(today=THURSDAY)
    assert len(two) == len(one)
