"""A save and a closing at the same moment, on a database that lets both begin."""

from __future__ import annotations

import threading
from datetime import date
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from accounts.roles import Role
from branches.models import Meeting, QuarterClosing
from branches.services import closings, meetings
from branches.services.closings import quarter_close
from branches.services.meetings import MeetingData, meeting_record
from core.calendar import local_today
from core.periods import Freq, period_of

WAIT = 15


@pytest.fixture
def over(city):
    """The quarter that ended last, and a day in it on which a meeting may have been held."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    return period_of(local_today(), Freq.QUARTER).previous()


def beside(act):
    """Run in another connection; a thread, and what it raised."""
    raised: list[Exception] = []

    def run():
        try:
            act()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, raised


def save(city, user, day: date):
    data = MeetingData(kind="assembly", title="党员大会", held_on=day)
    return meeting_record(by=user, branch=city.branch, data=data, submission_key=uuid4())


@pytest.mark.django_db(transaction=True)
def test_a_closing_waits_for_a_save_that_began_before(city, over, monkeypatch):
    user, staff, looked, go_on = (
        city.user(Role.BRANCH_SECRETARY),
        city.user(Role.UNIT_STAFF),
        threading.Event(),
        threading.Event(),
    )
    seats_for = meetings.seats_for

    def slowly(*args):
        looked.set()
        assert go_on.wait(WAIT)
        return seats_for(*args)

    monkeypatch.setattr(meetings, "seats_for", slowly)
    saving, failed = beside(lambda: save(city, user, over.starts_on))
    assert looked.wait(WAIT)
    closing, refused = beside(lambda: quarter_close(by=staff, branch=city.branch, period=over))
    closing.join(0.5)
    assert closing.is_alive()
    go_on.set()
    saving.join(WAIT)
    closing.join(WAIT)
    assert (failed, refused) == ([], [])
    assert Meeting.objects.count() == 1
    assert QuarterClosing.objects.get().state == "closed"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by_night", [True, False])
def test_a_save_that_waits_for_a_closing_sees_it(city, over, monkeypatch, by_night, settings):
    settings.PORTAL = {**settings.PORTAL, "QUARTER_CLOSE_DAYS": -1}
    user, staff = city.user(Role.BRANCH_SECRETARY), city.user(Role.UNIT_STAFF)
    held, go_on = threading.Event(), threading.Event()

    def close():
        with transaction.atomic():
            if by_night:
                monkeypatch.setattr(closings, "tracked_since", lambda today: over.starts_on)
                closings.quarters_close()
            else:
                quarter_close(by=staff, branch=city.branch, period=over)
            held.set()
            assert go_on.wait(WAIT)

    closing, failed = beside(close)
    assert held.wait(WAIT)
    saving, refused = beside(lambda: save(city, user, over.starts_on))
    saving.join(0.5)
    assert saving.is_alive()
    go_on.set()
    closing.join(WAIT)
    saving.join(WAIT)
    assert failed == []
    assert [type(error) for error in refused] == [ValidationError]
    assert "已经归档" in refused[0].message_dict["held_on"][0]
    assert not Meeting.objects.exists()
