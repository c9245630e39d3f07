"""警示教育大会, what it asks, and circulars: the whole life of each."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Capability, Role
from branches.models import Meeting, Obligation
from branches.services.deadlines import deadlines_differences
from branches.services.obligation_checks import obligations_verify
from core.models import AuditEvent
from discipline.choices import ConferenceState
from discipline.models import Circular, FollowUp, WarningConference
from discipline.selectors.conferences import schedule
from discipline.selectors.follow_ups import offered_logs, tally
from discipline.services.circulars import circular_publish, circular_update, circular_withdraw
from discipline.services.conferences import (
    conference_cancel,
    conference_follow_up,
    conference_hold,
    conference_update,
)
from discipline.services.follow_ups import follow_up_link, follow_up_record, follow_up_undo
from tests.discipline.conftest import COUNTS, QUARTER, TODAY
from tests.factories import make_meeting

pytestmark = pytest.mark.django_db
DUE = TODAY + timedelta(days=20)
YESTERDAY = TODAY - timedelta(days=1)


def city_row(city):
    two = (QUARTER.previous().code, QUARTER.code)
    rows = Obligation.objects.filter(organisation=city.root, requirement__code="R22C", period__in=two)
    return {row.period: row.done for row in rows}


@pytest.fixture
def asked(city, held):
    """Units and branches are asked; the rows by organisation."""
    staff = city.user(Role.CITY_STAFF)
    conference_follow_up(by=staff, conference=held, text="对照检查", due_on=DUE, for_units=True, for_branches=True)
    return {row.organisation_id: row for row in FollowUp.objects.filter(conference=held)}


def deadline(row):
    source = "warning_followup" if row.conference_id else "circular_study"
    return Obligation.objects.get(subject=f"{source}:{row.pk}")


def test_city_has_its_own_row_and_branches_keep_theirs(city, plan):
    assert city_row(city) == {QUARTER.previous().code: 0, QUARTER.code: 0}
    row = plan()
    assert city_row(city)[QUARTER.code] == 0, "a plan is not a conference"
    conference_hold(by=city.user(Role.CITY_STAFF), conference=row, held_on=TODAY, **COUNTS)
    assert city_row(city)[QUARTER.code] == 1
    branch = Obligation.objects.get(organisation=city.branch, requirement__code="R22", period=QUARTER.code)
    assert branch.done == 0, "the city's conference is not the branch's education"
    assert not list(deadlines_differences())
    assert not [row for row in obligations_verify() if row.rule == "R22C" and row.where <= QUARTER.code]


def test_conference_that_moves_to_another_quarter_takes_its_count_along(city, plan):
    row = plan(QUARTER.starts_on)
    staff, before = city.user(Role.CITY_STAFF), QUARTER.previous()
    conference_hold(by=staff, conference=row, held_on=QUARTER.starts_on, **COUNTS)
    conference_hold(by=staff, conference=row, held_on=before.ends_on, **COUNTS)
    assert city_row(city) == {before.code: 1, QUARTER.code: 0}


def test_unit_conference_meets_no_rule_of_the_city(city, plan):
    row = plan(organisation=city.unit)
    conference_hold(by=city.user(Role.UNIT_STAFF), conference=row, held_on=TODAY, **COUNTS)
    assert city_row(city)[QUARTER.code] == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"held_on": TODAY + timedelta(days=1)}, "held_on"),
        ({"present": 99}, "present"),
        ({"speaker": "电话13800138000"}, "speaker"),
    ],
)
def test_refused_holding_changes_nothing(city, plan, change, field):
    row = plan()
    with pytest.raises(ValidationError) as refusal:
        conference_hold(by=city.user(Role.CITY_STAFF), conference=row, **{"held_on": TODAY, **COUNTS, **change})
    assert field in refusal.value.message_dict
    row.refresh_from_db()
    assert row.state == ConferenceState.PLANNED


def test_plans_choose_units_and_only_the_city_may(city, plan):
    with pytest.raises(ValidationError, match="请选择参会单位"):
        plan(audience="chosen")
    row = plan(audience="chosen", units=[city.unit])
    assert list(row.units.all()) == [city.unit]
    seen = WarningConference.objects.visible_to
    assert seen(city.user(Role.MEMBER), Capability.WARNING_VIEW).exists()
    with pytest.raises(ValidationError, match="不选其他单位"):
        plan(organisation=city.unit, audience="chosen", units=[city.foreign_unit])
    with pytest.raises(ValidationError, match="由工委或单位召开"):
        plan(organisation=city.branch)


def test_conference_for_other_units_is_out_of_sight(city, plan):
    plan(audience="chosen", units=[city.foreign_unit])
    for role in (Role.MEMBER, Role.BRANCH_SECRETARY, Role.UNIT_STAFF):
        assert not WarningConference.objects.visible_to(city.user(role), Capability.WARNING_VIEW).exists()


def test_only_plans_are_cancelled(city, plan, held):
    staff = city.user(Role.CITY_STAFF)
    with pytest.raises(ValidationError):
        conference_cancel(by=staff, conference=held, reason="不开了")
    row = plan()
    with pytest.raises(ValidationError):
        conference_cancel(by=staff, conference=row, reason=" ")
    assert conference_cancel(by=staff, conference=row, reason="改期合并召开").state == ConferenceState.CANCELLED
    with pytest.raises(ValidationError):
        conference_update(by=staff, conference=row, theme="新主题")


def test_held_conference_keeps_its_day_when_materials_are_added(city, held):
    changed = conference_update(
        by=city.user(Role.CITY_STAFF), conference=held, theme="严守纪律", films="片名", planned_on=DUE, audience="all"
    )
    assert (changed.films, changed.planned_on, changed.held_on) == ("片名", YESTERDAY, YESTERDAY)


def test_database_is_the_last_wall(city, held):
    for values in (
        {"present": 95},
        {"state": "cancelled"},
        {"follow_up": "要求"},
        {"held_on": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            WarningConference.objects.filter(pk=held.pk).update(**values)


# --- what is asked ---------------------------------------------------------------------------------------------------


def test_each_unit_and_branch_gets_a_deadline(city, asked):
    expected = {city.unit.pk, city.foreign_unit.pk, city.branch.pk, city.sibling.pk, city.foreign.pk}
    assert set(asked) == expected
    rows = Obligation.objects.filter(subject__startswith="warning_followup:").select_related("requirement")
    codes = {row.organisation_id: row.requirement.code for row in rows}
    assert codes == {pk: "D01" if pk in (city.unit.pk, city.foreign_unit.pk) else "D02" for pk in expected}
    row = deadline(asked[city.branch.pk])
    assert (row.starts_on, row.ends_on, row.done, row.title) == (YESTERDAY, DUE, 0, "落实警示教育要求：严守纪律")
    assert not list(deadlines_differences())


def test_branch_links_its_log_in_one_tap(city, asked):
    old = make_meeting(city.branch, YESTERDAY - timedelta(days=30), "warning_education")
    study = make_meeting(city.branch, TODAY, "study")
    log = make_meeting(city.branch, YESTERDAY, "warning_education")
    row = asked[city.branch.pk]
    assert [offer.meeting for offer in offered_logs(row)] == [log, study], "警示教育 first, nothing from before"
    by = city.user(Role.BRANCH_SECRETARY)
    for wrong in (old, make_meeting(city.sibling, TODAY, "warning_education")):
        with pytest.raises(ValidationError):
            follow_up_link(by=by, follow_up=row, meeting=wrong)
    done = follow_up_link(by=by, follow_up=row, meeting=log)
    assert (done.done_on, done.form, done.headcount) == (YESTERDAY, "", None), "the log holds the rest"
    assert deadline(row).done == 1
    with pytest.raises(ValidationError, match="已经登记过"):
        follow_up_link(by=by, follow_up=row, meeting=study)
    follow_up_undo(by=by, follow_up=row, reason="关联错了")
    assert deadline(row).done == 0
    assert AuditEvent.objects.filter(action="follow_up.undo", reason="关联错了").exists()


def test_log_that_was_sent_back_no_longer_counts(city, asked):
    row = asked[city.branch.pk]
    log = make_meeting(city.branch, TODAY, "warning_education")
    follow_up_link(by=city.user(Role.BRANCH_SECRETARY), follow_up=row, meeting=log)
    Meeting.objects.filter(pk=log.pk).update(status="returned", return_reason="缺议题")
    found = [(what, key[2]) for what, key, *_ in deadlines_differences()]
    assert found == [("done", f"warning_followup:{row.pk}")], "the nightly run takes it back"
    again = make_meeting(city.branch, TODAY, "study")
    follow_up_link(by=city.user(Role.BRANCH_SECRETARY), follow_up=row, meeting=again)
    assert deadline(row).done == 1


def test_unit_makes_a_short_record_and_a_branch_does_not(city, asked):
    by = city.user(Role.UNIT_STAFF)
    row = asked[city.unit.pk]
    with pytest.raises(ValidationError):
        follow_up_record(by=by, follow_up=row, done_on=TODAY + timedelta(days=1), form="seminar")
    done = follow_up_record(by=by, follow_up=row, done_on=TODAY, form="seminar", headcount=30)
    assert (done.headcount, deadline(row).done) == (30, 1)
    with pytest.raises(ValidationError, match="先写会议记录"):
        follow_up_record(by=by, follow_up=asked[city.branch.pk], done_on=TODAY, form="seminar")


def test_unit_may_name_a_log_from_below(city, asked):
    log = make_meeting(city.sibling, TODAY, "warning_education")
    assert follow_up_link(by=city.user(Role.UNIT_STAFF), follow_up=asked[city.unit.pk], meeting=log).meeting == log


def test_who_is_asked_changes_and_what_was_done_stays(city, held, asked):
    staff = city.user(Role.CITY_STAFF)
    follow_up_record(by=city.user(Role.UNIT_STAFF), follow_up=asked[city.unit.pk], done_on=TODAY, form="seminar")
    later = DUE + timedelta(days=40)
    conference_follow_up(by=staff, conference=held, text="对照检查", due_on=later, for_units=False, for_branches=True)
    left = set(FollowUp.objects.values_list("organisation_id", flat=True))
    assert left == {city.unit.pk, city.branch.pk, city.sibling.pk, city.foreign.pk}
    assert deadline(asked[city.branch.pk]).ends_on == later
    assert not list(deadlines_differences())


def test_chosen_units_alone_are_asked(city, plan):
    row = plan(YESTERDAY, audience="chosen", units=[city.foreign_unit])
    staff = city.user(Role.CITY_STAFF)
    conference_hold(by=staff, conference=row, held_on=YESTERDAY, **COUNTS)
    count = conference_follow_up(by=staff, conference=row, text="学", due_on=DUE, for_units=True, for_branches=True)
    assert count == 2
    assert set(FollowUp.objects.values_list("organisation_id", flat=True)) == {city.foreign_unit.pk, city.foreign.pk}


@pytest.mark.parametrize("change", [{"text": " "}, {"due_on": YESTERDAY - timedelta(days=3)}, {"for_branches": False}])
def test_refused_requirements(city, held, change):
    values = {"text": "学习", "due_on": DUE, "for_units": False, "for_branches": True, **change}
    with pytest.raises(ValidationError):
        conference_follow_up(by=city.user(Role.CITY_STAFF), conference=held, **values)
    assert not FollowUp.objects.exists()


def test_tally_is_what_the_reader_sees(city, held, asked):
    follow_up_record(by=city.user(Role.UNIT_STAFF), follow_up=asked[city.unit.pk], done_on=TODAY, form="seminar")
    figures = {
        role: (found.asked, found.done)
        for role in (Role.CITY_STAFF, Role.UNIT_STAFF, Role.BRANCH_SECRETARY)
        for found in [tally(city.user(role), conference=held)]
    }
    assert figures == {Role.CITY_STAFF: (5, 1), Role.UNIT_STAFF: (3, 1), Role.BRANCH_SECRETARY: (1, 0)}


def test_schedule_shows_the_city_and_what_the_reader_sees(city, plan, held):
    plan(organisation=city.unit)
    page = schedule(city.user(Role.CITY_STAFF), TODAY.year)
    names = [row.organisation for row in page.rows]
    assert names == [city.root, city.unit, city.foreign_unit]
    if YESTERDAY.year == TODAY.year:
        assert page.held == 1
    own = schedule(city.user(Role.BRANCH_SECRETARY), TODAY.year)
    assert [row.organisation for row in own.rows] == [city.root, city.unit]
    assert not any(cell.plan_url for row in own.rows for cell in row.cells)


def test_schedule_costs_the_same_for_many(city, plan, django_assert_num_queries):
    user = city.user(Role.CITY_STAFF)
    user.scope(Capability.WARNING_VIEW)
    for count in (1, 12):
        for _ in range(count):
            plan(organisation=city.unit)
        with django_assert_num_queries(2):
            schedule(user, TODAY.year)


# --- circulars -------------------------------------------------------------------------------------------------------


@pytest.fixture
def publish(city, rules):
    def make(organisation=None, **values):
        values = {
            "title": "关于违反工作纪律典型案例的通报", "issuer": "市纪委监委", "number": "通〔2026〕1号",
            "issued_on": TODAY - timedelta(days=5), "category": "work", "audience": "all", **values,
        }  # fmt: skip
        return circular_publish(by=city.user(Role.CITY_STAFF), organisation=organisation or city.root, **values)

    return make


STUDY = {"requirement": "组织学习讨论", "due_on": DUE, "asks_branches": True}


def test_circular_is_told_to_all_or_to_chosen_units(city, publish):
    whole = publish()
    chosen = publish(number="通〔2026〕2号", audience="chosen", units=[city.foreign_unit])
    seen = Circular.objects.visible_to
    assert set(seen(city.user(Role.MEMBER), Capability.CIRCULAR_VIEW)) == {whole}
    assert set(seen(city.user(Role.UNIT_STAFF), Capability.CIRCULAR_VIEW)) == {whole}
    assert set(seen(city.user(Role.CITY_STAFF), Capability.CIRCULAR_VIEW)) == {whole, chosen}
    assert not seen(city.user(Role.UNIT_STAFF), Capability.CIRCULAR_PUBLISH).exists(), "read, not changed, from below"


def test_circular_asks_and_is_done_by_log_or_by_date(city, publish):
    row = publish(**STUDY, asks_units=True)
    rows = {each.organisation_id: each for each in row.follow_ups.all()}
    assert len(rows) == 5
    codes = set(
        Obligation.objects.filter(subject__startswith="circular_study:").values_list("requirement__code", flat=True)
    )
    assert codes == {"D03", "D06"}
    log = make_meeting(city.branch, TODAY, "study")
    secretary = city.user(Role.BRANCH_SECRETARY)
    follow_up_link(by=secretary, follow_up=rows[city.branch.pk], meeting=log)
    follow_up_record(by=secretary, follow_up=rows[city.sibling.pk], done_on=TODAY, form="relayed")
    assert [deadline(rows[pk]).done for pk in (city.branch.pk, city.sibling.pk, city.unit.pk)] == [1, 1, 0]


def test_withdrawn_circular_asks_no_more(city, publish):
    row = publish(**STUDY)
    done = row.follow_ups.get(organisation=city.branch)
    follow_up_record(by=city.user(Role.BRANCH_SECRETARY), follow_up=done, done_on=TODAY, form="relayed")
    staff = city.user(Role.CITY_STAFF)
    with pytest.raises(ValidationError):
        circular_withdraw(by=staff, circular=row, reason="")
    circular_withdraw(by=staff, circular=row, reason="原发布机关已撤回")
    assert list(row.follow_ups.all()) == [done]
    told = Circular.objects.filter(pk=row.pk)
    assert not told.visible_to(city.user(Role.MEMBER), Capability.CIRCULAR_VIEW).exists(), "read by its publisher alone"
    assert told.visible_to(staff, Capability.CIRCULAR_VIEW).exists()
    assert Obligation.objects.filter(subject__startswith="circular_study:").count() == 1
    with pytest.raises(ValidationError, match="已经撤回"):
        circular_update(by=staff, circular=row, title="新标题")
    assert publish().pk != row.pk, "the number is free again"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"issued_on": TODAY + timedelta(days=1)}, "issued_on"),
        ({"requirement": "学习", "asks_branches": True}, "due_on"),
        ({"requirement": "学习", "due_on": DUE}, "asks_branches"),
        ({"summary": "某某，身份证11010519491231002X"}, "summary"),
        ({"summary": "字" * 2001}, "summary"),
        ({"audience": "chosen"}, "units"),
    ],
)
def test_refused_circulars(publish, values, field):
    with pytest.raises(ValidationError) as refusal:
        publish(**values)
    assert field in refusal.value.message_dict
    assert not Circular.objects.exists()


def test_circular_is_registered_once(publish):
    publish()
    with pytest.raises(ValidationError, match="已经登记过"):
        publish()
