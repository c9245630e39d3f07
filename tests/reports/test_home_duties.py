"""What else waits for a reader: each line leads to where it is done, and a thing done disappears."""

from __future__ import annotations

from datetime import date, timedelta

from accounts.roles import Role
from branches.choices import LetterState, PlanState
from branches.models import MeetingPlan, Term, TransferLetter
from core.calendar import local_today
from reports.selectors.home_duties import duties
from tests.conftest import City

TODAY = local_today()


def titles(city: City, role: str) -> list[str]:
    return [todo.title for todo in duties(city.user(role), TODAY)]


def plan(city: City, day: date) -> MeetingPlan:
    by = city.user(Role.BRANCH_SECRETARY)
    return MeetingPlan.objects.create(
        organisation=city.branch, kind="theme_day", title="节能主题党日", planned_on=day, by=by
    )


def test_a_plan_is_shown_from_a_week_before_until_it_is_done(city: City) -> None:
    row = plan(city, TODAY + timedelta(days=8))
    assert titles(city, Role.BRANCH_SECRETARY) == []
    MeetingPlan.objects.filter(pk=row.pk).update(planned_on=TODAY + timedelta(days=7))
    assert titles(city, Role.BRANCH_SECRETARY) == ["计划中的会议：节能主题党日"]
    MeetingPlan.objects.filter(pk=row.pk).update(planned_on=TODAY)
    (todo,) = duties(city.user(Role.BRANCH_SECRETARY), TODAY)
    assert (todo.action, todo.url) == ("去记录", f"/plans/{row.pk}/")
    assert titles(city, Role.MEMBER) == titles(city, Role.CITY_STAFF) == []
    MeetingPlan.objects.filter(pk=row.pk).update(state=PlanState.CANCELLED, reason="另行安排")
    assert titles(city, Role.BRANCH_SECRETARY) == []


def term(city: City, branch: object, expires_on: date) -> Term:
    elected = expires_on.replace(year=expires_on.year - 3)
    return Term.objects.create(organisation=branch, number=3, elected_on=elected, years=3, expires_on=expires_on)


def test_terms_are_named_one_by_one_or_as_a_number(city: City) -> None:
    over = TODAY - timedelta(days=40)
    term(city, city.branch, over)
    assert titles(city, Role.BRANCH_SECRETARY) == ["任期已届满：整理一科党支部"]
    assert titles(city, Role.UNIT_STAFF) == titles(city, Role.CITY_STAFF) == ["任期已届满：整理一科党支部"]
    assert titles(city, Role.MEMBER) == []
    term(city, city.sibling, over)
    term(city, city.foreign, TODAY + timedelta(days=40))
    assert len(titles(city, Role.UNIT_STAFF)) == 2
    (todo,) = duties(city.user(Role.CITY_STAFF), TODAY)
    assert todo.title == "任期届满和换届提醒"
    assert "已届满2个，半年内届满1个" in todo.detail
    assert city.client(Role.CITY_STAFF).get(todo.url).status_code == 200


def test_letters_beyond_their_validity_wait_for_those_who_transfer(city: City) -> None:
    by = city.user(Role.UNIT_STAFF)
    TransferLetter.objects.create(
        organisation=city.branch,
        member=city.members[3],
        person_name=city.members[3].name,
        direction="outward",
        outside="外市某单位党支部",
        issued_on=TODAY - timedelta(days=100),
        valid_until=TODAY - timedelta(days=8),
        state=LetterState.ISSUED,
        issued_by=by,
    )
    (todo,) = duties(by, TODAY)
    assert (todo.title, todo.detail) == ("介绍信超过有效期未接转", "1份")
    assert city.members[3].name in city.client(Role.UNIT_STAFF).get(todo.url).content.decode()
    assert titles(city, Role.BRANCH_SECRETARY) == titles(city, Role.CITY_STAFF) == []
