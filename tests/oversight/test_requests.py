"""请示报告: one level up, answered there, timed for whoever must answer."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Capability, Role
from core.calendar import add_workdays
from oversight.models import OfficialRequest
from oversight.selectors.requests import request_page, superior_of
from oversight.services import requests as services
from tests.factories import make_user
from tests.oversight.papers import DAY, TODAY, load_rules, obligations, second

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rules(db):
    load_rules()


def send(city, organisation=None, by=None, asked_by=None, **changes):
    values = {"kind": "request", "category": "funds", "matter": "关于活动经费的请示", "summary": "", "number": ""}
    by = by or city.user(Role.BRANCH_SECRETARY)
    return services.request_send(
        by=by, organisation=organisation or city.branch, values=values | changes, asked_by=asked_by
    )


def test_one_level_up(city):
    assert superior_of(city.branch) == city.unit
    assert superior_of(city.unit) == city.root
    assert superior_of(city.root) is None
    assert superior_of(city.committee) is None
    with pytest.raises(ValidationError, match="没有可以请示报告的上级"):
        send(city, city.committee)


def test_the_clock_runs_on_the_superior(city):
    row = send(city)
    assert row.due_on == add_workdays(TODAY, 15)
    assert obligations(f"request:{row.pk}") == {"V12": (city.unit.pk, 0, row.due_on)}
    up = send(city, city.unit, city.user(Role.UNIT_STAFF), asked_by=TODAY + 7 * DAY)
    assert obligations(f"request:{up.pk}") == {"V16": (city.root.pk, 0, TODAY + 7 * DAY)}
    services.request_reply(by=city.user(Role.CITY_STAFF), row=up, reply="同意所请事项")
    assert obligations(f"request:{up.pk}")["V16"][1] == 1
    services.request_withdraw(by=row.by, row=row)
    assert not obligations(f"request:{row.pk}")


def test_reply_takes_working_days(city):
    row = send(city)
    past = add_workdays(TODAY, -3)
    OfficialRequest.objects.filter(pk=row.pk).update(sent_on=past)
    page = request_page(row.by, OfficialRequest.objects.get())
    done = services.request_reply(by=city.user(Role.UNIT_STAFF), row=row, reply="同意所请事项", reply_number="批1")
    assert done.workdays_taken == page.workdays
    assert done.workdays_taken in (2, 3)  # three working days back; today itself may be free
    assert services.request_finish(by=row.by, row=done).state == "done"


def test_a_setting_holds_from_its_day_for_what_is_sent_later(city):
    before = send(city)
    services.request_term_set(
        by=city.user(Role.CITY_STAFF), organisation=city.root, workdays=5, valid_from=TODAY, basis="工委办文规定"
    )
    assert send(city).due_on == add_workdays(TODAY, 5)
    before.refresh_from_db()
    assert before.due_on == add_workdays(TODAY, 15)
    for bad in ({"workdays": 0}, {"workdays": 61}, {"valid_from": TODAY - DAY}, {"basis": ""}):
        values = {"workdays": 5, "valid_from": TODAY + DAY, "basis": "工委办文规定"} | bad
        with pytest.raises(ValidationError):
            services.request_term_set(by=city.user(Role.CITY_STAFF), organisation=city.root, **values)


def test_report_is_noted_and_asks_for_nothing(city):
    row = send(city, kind="report", matter="半年工作报告")
    assert row.due_on is None
    assert not obligations(f"request:{row.pk}")
    staff = city.user(Role.UNIT_STAFF)
    with pytest.raises(ValidationError, match="不需要答复"):
        services.request_reply(by=staff, row=row, reply="同意所请事项")
    assert services.report_note(by=staff, row=row).state == "done"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "report", "summary": "妥否，请批示。"}, "summary"),
        ({"kind": "report", "matter": "请审批经费"}, "matter"),
        ({"matter": "一件事\n两件事"}, "matter"),
        ({"matter": ""}, "matter"),
        ({"category": ""}, "category"),
        ({"summary": "联系13800138000"}, "summary"),
        ({"asked_by": TODAY}, "asked_by"),
        ({"asked_by": TODAY + timedelta(days=400)}, "asked_by"),
        ({"kind": "report", "asked_by": TODAY + DAY}, "asked_by"),
    ],
)
def test_bad_input_changes_nothing(city, changes, field):
    with pytest.raises(ValidationError) as error:
        send(city, **changes)
    assert field in error.value.message_dict
    assert not OfficialRequest.objects.exists()


def test_not_by_its_author_and_only_once(city):
    both = make_user(Role.BRANCH_SECRETARY, city.branch)
    row = send(city, by=both)
    with pytest.raises(ValidationError, match="其他同志"):
        services.request_reply(by=both, row=row, reply="同意所请事项")
    returned = services.request_return(by=city.user(Role.UNIT_STAFF), row=row, reason="一文多事，请分开报送")
    assert returned.state == "returned"
    for verb in (services.request_withdraw, services.request_finish, services.report_note):
        with pytest.raises(ValidationError):
            verb(by=second(city), row=row)


def test_only_the_two_see_it(city):
    own = send(city)
    up = send(city, city.unit, city.user(Role.UNIT_STAFF))
    other = make_user(Role.UNIT_STAFF, city.foreign_unit)
    sibling = make_user(Role.BRANCH_SECRETARY, city.sibling)

    def seen(user):
        return set(OfficialRequest.objects.visible_to(user, Capability.REQUEST_VIEW))

    assert seen(city.user(Role.BRANCH_SECRETARY)) == {own}
    assert seen(city.user(Role.UNIT_STAFF)) == {own, up}
    assert seen(city.user(Role.CITY_STAFF)) == {up}
    assert seen(other) == seen(sibling) == seen(city.user(Role.UNIT_DISCIPLINE)) == set()


def test_the_database_refuses(city):
    row = send(city)
    for bad in (
        {"state": "replied"}, {"due_on": None}, {"kind": "report"}, {"answered_on": TODAY}, {"due_on": TODAY - DAY},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            OfficialRequest.objects.filter(pk=row.pk).update(**bad)
