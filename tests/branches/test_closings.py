"""归档: what is locked, for whom, until when, and what stays behind of it."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from branches.choices import MeetingKind, MeetingStatus, OrganisationKind, QuarterState
from branches.models import (
    Meeting,
    MeetingDraft,
    Obligation,
    Organisation,
    QuarterClosing,
    QuarterClosingEvent,
    Talk,
    Waiver,
)
from branches.policy.closings import closing_day, is_locked, locked_words, may_close, quarters_of
from branches.selectors.closings import changes_after
from branches.services import closing_guard, closings, obligation_facts
from branches.services.closings import quarter_close, quarter_refuse, quarter_reopen, quarter_request, quarters_close
from branches.services.meetings import MeetingData, meeting_correct, meeting_record, meeting_return
from branches.services.obligations import obligation_waive, obligations_open, waiver_revoke
from branches.services.talks import talk_remove, talks_record
from core.models import AuditEvent, Notice
from core.periods import LOCAL_ZONE, Freq, Period, parse_period
from tests.factories import floor_rules, make_meeting, make_organisation

TODAY = date(2026, 8, 17)  # a Monday
Q1, Q2, Q3 = (Period(Freq.QUARTER, 2026, number) for number in (1, 2, 3))
REASON = "漏记一次支部党员大会"


@pytest.fixture
def clock(monkeypatch):
    """The day, which a test may move."""

    class Clock:
        day = TODAY

        def __call__(self):
            return self.day

    clock = Clock()
    for module in (closings, closing_guard, obligation_facts):
        monkeypatch.setattr(module, "local_today", clock)
    return clock


@pytest.fixture
def opened(city, clock):
    floor_rules()
    obligations_open()
    return city


def closing(branch, period=Q1):
    return QuarterClosing.objects.get(organisation=branch, period=period.code)


def states(branch):
    rows = QuarterClosing.objects.filter(organisation=branch).order_by("period")
    return dict(rows.values_list("period", "state"))


def steps(branch, period=Q1):
    events = QuarterClosingEvent.objects.filter(closing=closing(branch, period)).order_by("pk")
    return list(events.values_list("kind", flat=True))


def minutes(day, **fields):
    return MeetingData(kind="assembly", title="党员大会", held_on=day, **fields)


# Policy


@pytest.mark.parametrize(
    ("days", "codes"),
    [
        ([date(2026, 8, 1)], []),
        ([date(2026, 6, 30)], ["2026Q2"]),
        ([date(2026, 7, 1)], []),
        ([date(2026, 3, 31), date(2026, 4, 1), date(2026, 5, 1)], ["2026Q1", "2026Q2"]),
        ([date(2027, 1, 1)], []),
        ([], []),
    ],
)
def test_quarters_that_may_be_locked(days, codes):
    assert quarters_of(days, TODAY) == codes


@pytest.mark.parametrize(
    ("state", "until", "locked"),
    [
        ("open", None, False),
        ("closed", None, True),
        ("reopened", TODAY, False),
        ("reopened", TODAY - timedelta(days=1), True),
        ("reopened", None, True),
    ],
)
def test_locked_by_state_and_day(state, until, locked):
    assert is_locked(state, until, TODAY) is locked


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    day=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    today=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    state=st.sampled_from(QuarterState.values),
    until=st.none() | st.dates(date(2020, 1, 1), date(2030, 12, 31)),
)
def test_a_running_quarter_is_never_locked_and_never_closed_by_hand(day, today, state, until):
    codes = quarters_of([day], today)
    assert all(parse_period(code).ends_on < today and day in parse_period(code) for code in codes)
    period = parse_period(codes[0]) if codes else None
    if period:
        assert may_close(period, state, until, today) is not is_locked(state, until, today)


def test_last_day_before_a_quarter_closes_by_itself():
    assert closing_day(Q1.ends_on, 30) == date(2026, 5, 1)


def test_the_refusal_says_who_opens_it_and_that_nothing_is_lost():
    words = locked_words("2026Q1", "整理一科党支部")
    for part in ("2026年一季度", "整理一科党支部", "书记", "单位党务干部", "没有丢失"):
        assert part in words


# Closing by itself


def test_everyone_gets_a_row_and_what_is_past_its_days_is_closed(opened, clock):
    assert quarters_close() == 6
    assert states(opened.branch) == {"2026Q1": "closed", "2026Q2": "closed", "2026Q3": "open"}
    assert states(opened.sibling) == states(opened.foreign) == states(opened.branch)
    assert closing(opened.branch).closed_by is None
    assert steps(opened.branch) == ["closed"]
    event = AuditEvent.objects.get(action="quarter.close_due")
    assert event.after["count"] == 6
    assert quarters_close() == 0
    assert QuarterClosingEvent.objects.count() == 6


@pytest.mark.parametrize(("day", "state"), [(date(2026, 4, 30), "open"), (date(2026, 5, 1), "closed")])
def test_thirty_days_are_left_whole(opened, clock, day, state):
    clock.day = day
    quarters_close()
    assert states(opened.branch)["2026Q1"] == state


def test_the_days_are_a_setting(opened, clock, settings):
    settings.PORTAL = {**settings.PORTAL, "QUARTER_CLOSE_DAYS": 60}
    quarters_close()
    assert states(opened.branch) == {"2026Q1": "closed", "2026Q2": "open", "2026Q3": "open"}


def test_only_quarters_in_which_the_branch_stood(opened):
    make_organisation(opened.committee, OrganisationKind.BRANCH, "新设党支部", founded_on=date(2026, 7, 3))
    Organisation.objects.filter(pk=opened.sibling.pk).update(status="abolished", ended_on=date(2026, 4, 1))
    quarters_close()
    new = Organisation.objects.get(short_name="新设党支部")
    assert states(new) == {"2026Q3": "open"}
    assert states(opened.sibling) == {"2026Q1": "closed"}


def test_statements_do_not_grow_with_the_branches(opened, django_assert_max_num_queries):
    for number in range(60):
        make_organisation(opened.committee, OrganisationKind.BRANCH, f"第{number}党支部")
    with django_assert_max_num_queries(16):
        assert quarters_close() == 126


# By hand, asked to open, opened, closed again


def test_by_hand_before_its_day(opened, clock):
    clock.day = date(2026, 4, 2)
    secretary = opened.user(Role.BRANCH_SECRETARY)
    row = quarter_close(by=secretary, branch=opened.branch, period=Q1)
    assert (row.state, row.closed_by) == ("closed", secretary)
    assert AuditEvent.objects.get(action="quarter.close").scope_path == opened.branch.path
    with pytest.raises(ValidationError, match="已经归档"):
        quarter_close(by=secretary, branch=opened.branch, period=Q1)
    with pytest.raises(ValidationError, match="还没有结束"):
        quarter_close(by=secretary, branch=opened.branch, period=Q2)
    quarters_close()
    assert steps(opened.branch) == ["closed"]


@pytest.mark.parametrize("period", [Period(Freq.YEAR, 2025), Period(Freq.MONTH, 2026, 3)])
def test_only_quarters_are_closed(opened, period):
    with pytest.raises(ValidationError):
        quarter_close(by=opened.user(Role.UNIT_STAFF), branch=opened.branch, period=period)


def test_only_branches_that_stood_are_closed(opened):
    with pytest.raises(ValidationError, match="只有党支部"):
        quarter_close(by=opened.user(Role.UNIT_STAFF), branch=opened.unit, period=Q1)
    with pytest.raises(ValidationError, match="还没有成立"):
        quarter_close(by=opened.user(Role.UNIT_STAFF), branch=opened.branch, period=Period(Freq.QUARTER, 2018, 1))


def test_asked_reopened_used_and_closed_again(opened, clock):
    quarters_close()
    staff, secretary = opened.user(Role.UNIT_STAFF), opened.user(Role.BRANCH_SECRETARY)
    row = quarter_request(by=secretary, branch=opened.branch, period=Q1, reason=REASON)
    notice = Notice.objects.get(user=staff)
    assert REASON in notice.body
    assert notice.url == f"/obligations/quarters/{opened.branch.pk}/2026Q1/"
    with pytest.raises(ValidationError, match="已经申请过"):
        quarter_request(by=secretary, branch=opened.branch, period=Q1, reason=REASON)
    row = quarter_reopen(by=staff, branch=opened.branch, period=Q1, reason="同意补记，请于期限内完成")
    assert (row.state, row.requested_at, row.reopen_until) == ("reopened", None, date(2026, 8, 24))
    notice.refresh_from_db()
    assert notice.read_at is not None
    assert Notice.objects.filter(user=secretary, subject__startswith="已重新开放").exists()
    with pytest.raises(ValidationError, match="没有归档"):
        quarter_reopen(by=staff, branch=opened.branch, period=Q1, reason=REASON)
    meeting_record(by=secretary, branch=opened.branch, data=minutes(date(2026, 2, 3)), submission_key=uuid4())
    clock.day = date(2026, 8, 24)
    assert quarters_close() == 0
    clock.day = date(2026, 8, 25)
    with pytest.raises(ValidationError, match="已经归档"):  # by the day alone, before the nightly run
        meeting_record(by=secretary, branch=opened.branch, data=minutes(date(2026, 2, 4)), submission_key=uuid4())
    assert quarters_close() == 1
    assert steps(opened.branch) == ["closed", "requested", "reopened", "closed"]
    assert states(opened.branch)["2026Q1"] == "closed"
    reopened = AuditEvent.objects.get(action="quarter.reopen")
    assert (reopened.reason, reopened.after["reopen_until"]) == ("同意补记，请于期限内完成", "2026-08-24")


def test_refused_with_a_reason(opened):
    quarters_close()
    staff, secretary = opened.user(Role.UNIT_STAFF), opened.user(Role.BRANCH_SECRETARY)
    with pytest.raises(ValidationError, match="没有待办"):
        quarter_refuse(by=staff, branch=opened.branch, period=Q1, reason="没有漏记")
    quarter_request(by=secretary, branch=opened.branch, period=Q1, reason=REASON)
    quarter_refuse(by=staff, branch=opened.branch, period=Q1, reason="该次会议已经记录")
    assert closing(opened.branch).requested_at is None
    assert states(opened.branch)["2026Q1"] == "closed"
    assert steps(opened.branch) == ["closed", "requested", "refused"]
    assert "该次会议已经记录" in Notice.objects.get(user=secretary).body
    quarter_request(by=secretary, branch=opened.branch, period=Q1, reason="确有一次会议漏记")


@pytest.mark.parametrize("reason", ["", "  ", "漏记", "长" * 201, "补记11010519491231002X的会议记录"])
def test_every_door_wants_a_reason(opened, reason):
    quarters_close()
    staff, secretary = opened.user(Role.UNIT_STAFF), opened.user(Role.BRANCH_SECRETARY)
    for act, by in ((quarter_request, secretary), (quarter_reopen, staff)):
        with pytest.raises(ValidationError) as refused:
            act(by=by, branch=opened.branch, period=Q1, reason=reason)
        assert "reason" in refused.value.message_dict
    assert steps(opened.branch) == ["closed"]


def test_an_open_quarter_needs_no_request(opened):
    with pytest.raises(ValidationError, match="可以直接补记"):
        quarter_request(by=opened.user(Role.BRANCH_SECRETARY), branch=opened.branch, period=Q2, reason=REASON)
    assert not QuarterClosing.objects.exists()


def test_without_unit_staff_the_committee_is_told(opened):
    quarters_close()
    city = opened.user(Role.CITY_STAFF)
    quarter_request(by=opened.user(Role.UNIT_STAFF), branch=opened.foreign, period=Q1, reason=REASON)
    assert Notice.objects.filter(user=city, subject__startswith="申请重新开放").exists()


# The lock


@pytest.fixture
def locked(opened):
    opened.log = make_meeting(opened.branch, date(2026, 2, 3), submitted_by=opened.user(Role.BRANCH_SECRETARY))
    opened.later = make_meeting(opened.branch, date(2026, 8, 3), submitted_by=opened.user(Role.BRANCH_SECRETARY))
    quarters_close()
    return opened


def correct(city, meeting, day):
    return meeting_correct(
        by=city.user(Role.BRANCH_SECRETARY), meeting=meeting, data=minutes(day), reason="日期写错",
        expected_revision=meeting.revision,
    )  # fmt: skip


def test_nothing_is_recorded_in_a_closed_quarter_and_the_draft_stays(locked):
    secretary, key = locked.user(Role.BRANCH_SECRETARY), uuid4()
    MeetingDraft.objects.create(pk=key, organisation=locked.branch, by=secretary, kind="assembly", title="补记")
    with pytest.raises(ValidationError) as refused:
        meeting_record(by=secretary, branch=locked.branch, data=minutes(date(2026, 3, 31)), submission_key=key)
    assert "2026年一季度已经归档" in refused.value.message_dict["held_on"][0]
    assert MeetingDraft.objects.filter(pk=key).exists()
    assert Meeting.objects.count() == 2
    meeting_record(by=secretary, branch=locked.branch, data=minutes(date(2026, 7, 1)), submission_key=key)


def test_nothing_is_corrected_into_out_of_or_within_it(locked):
    for meeting, day in (
        (locked.log, date(2026, 2, 4)),
        (locked.log, date(2026, 8, 4)),
        (locked.later, date(2026, 6, 30)),
    ):
        with pytest.raises(ValidationError, match="已经归档"):
            correct(locked, meeting, day)
    assert correct(locked, locked.later, date(2026, 8, 4)).revision == 2


def test_nothing_is_returned(locked):
    staff = locked.user(Role.UNIT_STAFF)
    with pytest.raises(ValidationError, match="已经归档"):
        meeting_return(by=staff, meeting=locked.log, reason="时间有误")
    assert Meeting.objects.get(pk=locked.log.pk).status == MeetingStatus.SUBMITTED
    meeting_return(by=staff, meeting=locked.later, reason="时间有误")


def test_nothing_is_waived_or_asked_again(opened):
    staff = opened.user(Role.UNIT_STAFF)
    early = Obligation.objects.get(organisation=opened.branch, requirement__code="R03", period="2026Q1")
    month = Obligation.objects.get(organisation=opened.branch, requirement__code="R06", period="2026M03")
    year = Obligation.objects.get(organisation=opened.branch, requirement__code="R07", period="2026")
    waiver = obligation_waive(by=staff, obligation=month, reason="全员外出")
    quarters_close()
    with pytest.raises(ValidationError, match="已经归档"):
        obligation_waive(by=staff, obligation=early, reason="全员外出")
    with pytest.raises(ValidationError, match="已经归档"):
        waiver_revoke(by=staff, waiver=waiver)
    assert Waiver.objects.filter(revoked_at=None).count() == 1
    obligation_waive(by=staff, obligation=year, reason="全年统一安排")


def test_no_talk_is_recorded_or_removed(locked):
    secretary, people = locked.user(Role.BRANCH_SECRETARY), locked.members
    day = date(2026, 2, 3)
    with pytest.raises(ValidationError, match="已经归档"):
        talks_record(by=secretary, branch=locked.branch, held_on=day, member=people[0].pk, others=[people[1].pk])
    talk = Talk.objects.create(
        organisation=locked.branch, held_on=day, member_a=people[0], member_b=people[1], pair="mixed", by=secretary
    )
    with pytest.raises(ValidationError, match="已经归档"):
        talk_remove(by=secretary, talk=talk)
    assert Talk.objects.exists()


def test_a_joint_meeting_is_locked_by_any_of_its_branches(opened):
    quarter_close(by=opened.user(Role.UNIT_STAFF), branch=opened.sibling, period=Q2)
    data = MeetingData(kind="lecture", title="党课", held_on=date(2026, 6, 3), guest_ids=(opened.sibling.pk,))
    with pytest.raises(ValidationError, match="整理二科党支部"):
        meeting_record(by=opened.user(Role.BRANCH_SECRETARY), branch=opened.branch, data=data, submission_key=uuid4())
    assert not Meeting.objects.exists()


def test_the_lock_of_one_branch_is_nobody_elses(opened):
    quarter_close(by=opened.user(Role.UNIT_STAFF), branch=opened.sibling, period=Q2)
    meeting_record(
        by=opened.user(Role.BRANCH_SECRETARY), branch=opened.branch, data=minutes(date(2026, 6, 3)),
        submission_key=uuid4(),
    )  # fmt: skip


@pytest.mark.parametrize(("day", "queries"), [(date(2026, 8, 3), 0), (date(2026, 6, 3), 1)])
def test_the_guard_costs_one_query_at_most(opened, day, queries, django_assert_num_queries):
    with django_assert_num_queries(queries):
        closing_guard.refuse_closed(branches=[opened.branch.pk, opened.sibling.pk], days=[day, date(2026, 8, 1)])


# The last wall


def test_history_is_only_added_to(opened):
    quarters_close()
    event = QuarterClosingEvent.objects.first()
    with pytest.raises(TypeError):
        QuarterClosingEvent.objects.update(reason="改写")
    with pytest.raises(TypeError):
        QuarterClosingEvent.objects.all().delete()
    with pytest.raises(ValidationError):
        event.save()


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "closed"},
        {"state": "reopened", "closed_at": timezone.now()},
        {"requested_at": timezone.now()},
        {"ends_on": date(2025, 1, 1)},
    ],
)
def test_impossible_closings_are_refused_by_the_database(opened, broken):
    values = {"period": "2026Q1", "starts_on": Q1.starts_on, "ends_on": Q1.ends_on, **broken}
    with pytest.raises(IntegrityError), transaction.atomic():
        QuarterClosing.objects.create(organisation=opened.branch, **values)


def test_save_and_closing_hold_the_branch_before_they_look(opened, django_assert_max_num_queries):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        meeting_record(
            by=opened.user(Role.BRANCH_SECRETARY), branch=opened.branch, data=minutes(date(2026, 6, 3)),
            submission_key=uuid4(),
        )  # fmt: skip
    said = [query["sql"] for query in queries]
    held = next(i for i, text in enumerate(said) if "FOR NO KEY UPDATE" in text)
    asked = next(i for i, text in enumerate(said) if "branches_quarterclosing" in text)
    assert held < asked
    with CaptureQueriesContext(connection) as queries:
        quarters_close()
    said = [query["sql"] for query in queries]
    held = next(i for i, text in enumerate(said) if "FOR NO KEY UPDATE" in text)
    closed = next(i for i, text in enumerate(said) if text.startswith('UPDATE "branches_quarterclosing"'))
    assert held < closed


# What changed after a report was frozen


def test_changes_after_a_moment(opened, clock):
    secretary, staff = opened.user(Role.BRANCH_SECRETARY), opened.user(Role.UNIT_STAFF)
    early = make_meeting(opened.branch, date(2026, 2, 3), MeetingKind.THEME_DAY, submitted_by=secretary)
    moved = make_meeting(opened.branch, date(2026, 2, 4), submitted_by=secretary)
    Meeting.objects.update(submitted_at=datetime(2026, 4, 1, tzinfo=LOCAL_ZONE))
    frozen_at = timezone.now()
    assert changes_after(opened.unit, Q1, frozen_at).is_empty
    meeting_record(by=secretary, branch=opened.branch, data=minutes(date(2026, 3, 3)), submission_key=uuid4())
    correct(opened, moved, date(2026, 6, 1))
    meeting_return(by=staff, meeting=early, reason="时间有误")
    due = Obligation.objects.get(organisation=opened.sibling, requirement__code="R03", period="2026Q1")
    obligation_waive(by=staff, obligation=due, reason="全员外出")
    found = changes_after(opened.unit, Q1, frozen_at)
    assert (found.recorded, found.corrected, found.returned, found.waived) == (1, 1, 1, 1)
    assert found.words == "新记1条、更正1条、退回1条、减免或撤销减免1项"
    assert changes_after(opened.foreign_unit, Q1, frozen_at).is_empty
    assert changes_after(opened.unit, Q1, timezone.now()).is_empty
    assert changes_after(opened.unit, Q3, frozen_at).is_empty
