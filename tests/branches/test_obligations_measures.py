"""Rules that are counted from something else than logs: talks (R09), and what an app above may register."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.roles import Role
from branches.choices import MeetingKind, OrganisationKind
from branches.ledgers import obligations as ledgers
from branches.models import Obligation, Post, Talk
from branches.policy import measures
from branches.policy.measures import Measure, measure_names, register_measure
from branches.policy.obligations import State, state_of
from branches.policy.talks import pairs_possible
from branches.selectors import obligation_pages as selectors
from branches.selectors.obligations import obligation_summary, todo_of
from branches.services import obligation_facts
from branches.services.obligation_checks import obligations_mend, obligations_verify
from branches.services.obligations import obligations_measured, obligations_open, obligations_refresh
from branches.services.requirements import requirements_load
from branches.services.talks import talk_remove, talks_record
from tests.factories import floor_rules, make_meeting, make_organisation

TODAY = date(2026, 8, 15)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    for module in (obligation_facts, ledgers, selectors):
        monkeypatch.setattr(module, "local_today", lambda: TODAY)


@pytest.fixture
def opened(city):
    floor_rules()
    obligations_open()
    return city


def due(branch, code="R09", period="2026"):
    return Obligation.objects.get(organisation=branch, requirement__code=code, period=period)


def record(city, one, *others, day=date(2026, 8, 3)):
    return talks_record(
        by=city.user(Role.BRANCH_SECRETARY), branch=city.branch, held_on=day, member=city.members[one].pk,
        others=[city.members[other].pk for other in others],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("committee", "people", "pairs"),
    [(3, 20, 3), (3, 4, 2), (3, 3, 1), (1, 8, 2), (1, 2, 1), (0, 8, 1), (0, 1, 0), (5, 3, 1)],
)
def test_types_that_can_take_place(committee, people, pairs):
    assert pairs_possible(committee, people) == pairs


def test_asked_by_who_is_there(opened):
    assert due(opened.branch).needed == 3
    assert due(opened.sibling).needed == 1
    empty = make_organisation(opened.committee, OrganisationKind.BRANCH, "没有党员的党支部")
    obligations_open()
    assert not Obligation.objects.filter(organisation=empty, requirement__code="R09").exists()
    assert obligations_verify() == []


def test_each_type_counts_once(opened):
    record(opened, 0, 1, 2)
    assert due(opened.branch).done == 1
    record(opened, 0, 3, 4, day=date(2026, 8, 4))
    record(opened, 3, 4, day=date(2026, 8, 5))
    assert (due(opened.branch).done, due(opened.sibling).done) == (3, 0)
    assert obligations_verify() == []
    talk_remove(by=opened.user(Role.BRANCH_SECRETARY), talk=Talk.objects.get(pair="members"))
    assert due(opened.branch).done == 2
    assert obligations_verify() == []


def test_logs_and_talks_leave_each_other_alone(opened):
    record(opened, 0, 1)
    make_meeting(opened.branch, date(2026, 8, 3), MeetingKind.ASSEMBLY)
    obligations_refresh(organisation_id=opened.branch.pk, days=[date(2026, 8, 3)])
    assert (due(opened.branch).done, due(opened.branch, "R03", "2026Q3").done) == (1, 1)
    assert obligations_verify() == []


def test_a_planted_difference_is_found_and_mended(opened):
    record(opened, 0, 1)
    Obligation.objects.filter(requirement__code="R09").update(done=9)
    found = obligations_verify()
    assert {(each.rule, each.what) for each in found} == {("R09", "done")}
    obligations_mend(found)
    assert obligations_verify() == []
    assert due(opened.branch).done == 1


def test_what_is_asked_follows_the_posts_of_the_first_day(opened):
    Post.objects.filter(organisation=opened.branch).update(ends_on=date(2025, 12, 31))
    obligations_open()
    assert due(opened.branch).needed == 1
    assert obligations_verify() == []


# Levels


def test_what_only_warns_is_never_overdue():
    span = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}
    states = [
        state_of(done=0, needed=3, waived=False, today=day, level="warn", **span)
        for day in (date(2025, 12, 31), date(2026, 12, 31), date(2027, 1, 1))
    ]
    assert states == [State.UPCOMING, State.DUE, State.NOTED]
    assert state_of(done=3, needed=3, waived=False, today=date(2027, 1, 1), level="warn", **span) is State.DONE


def test_nobody_is_behind_with_what_only_warns(opened):
    todo = todo_of([opened.branch.pk], date(2027, 1, 5), since=date(2026, 1, 1))
    rules = {item.obligation.requirement.code for item in todo}
    assert "R09" not in rules
    assert {"R07", "R08", "R23"} <= rules
    figures = {each.code: each for each in obligation_summary(["2026"], date(2027, 1, 5))}
    assert (figures["R09"].asked, figures["R09"].overdue, figures["R09"].due) == (3, 0, 0)
    assert figures["R08"].overdue == 3


def test_the_list_tells_it_apart(opened, monkeypatch):
    monkeypatch.setattr(ledgers, "local_today", lambda: date(2027, 1, 5))
    client = opened.client(Role.BRANCH_SECRETARY)
    noted = client.get(reverse("branches:obligation_list"), {"state": "noted"})
    assert noted.context["ledger"].count_text == "共 1 条"
    assert "提示项未做到" in noted.context["ledger"].rows[0]
    overdue = client.get(reverse("branches:obligation_list"), {"state": "overdue", "rule": "R09"})
    assert overdue.context["ledger"].count_text == "共 0 条"


def test_page_of_talks_opens_to_them(opened):
    record(opened, 0, 1)
    url = reverse("branches:obligation_detail", args=[due(opened.branch).pk])
    text = opened.client(Role.BRANCH_SECRETARY).get(url).content.decode()
    assert "委员之间" in text
    assert f"/talks/?org={opened.branch.pk}&amp;held_from=2026-01-01&amp;held_to=2026-12-31" in text
    assert f"/talks/new/?branch={opened.branch.pk}" in text
    assert "提示，不计逾期" in text
    member = opened.client(Role.MEMBER).get(url).content.decode()
    assert "委员之间" in member
    assert "/talks/" not in member


# The yearly duties counted from logs


@pytest.mark.parametrize(("code", "kind"), [("R08", MeetingKind.APPRAISAL), ("R23", MeetingKind.DUTY_REPORT)])
@pytest.mark.parametrize("beside", [True, False])
def test_yearly_duties_count_alone_or_beside_an_assembly(opened, code, kind, beside):
    own, also = (MeetingKind.ASSEMBLY, (kind,)) if beside else (kind, ())
    make_meeting(opened.branch, date(2026, 3, 3), own, also=also)
    obligations_refresh(organisation_id=opened.branch.pk, days=[date(2026, 3, 3)])
    assert due(opened.branch, code).done == 1
    assert obligations_verify() == []


# What an app above registers


@pytest.fixture
def hours(monkeypatch):
    """A measure of hours, as a wing would bring it: every member needs 32, and half of them have them."""
    monkeypatch.setattr(measures, "_measures", dict(measures._measures))
    asked = []

    def done(branches, spans):
        asked.append((branches, len(spans)))
        places = branches or Obligation.objects.values_list("organisation_id", flat=True).distinct()
        return [(place, rule, period.code, 2) for place in places for rule, period in spans]

    register_measure(Measure("hours", "学时", "记录学时后自动计入。", done))
    return asked


def test_a_wing_brings_its_own_measure(opened, hours):
    assert "hours" in measure_names()
    rule = {
        "code": "R18", "title": "党员学时", "frequency": "year", "needed": 2, "condition": "always", "measure": "hours",
        "source": "《中国共产党党员教育管理工作条例》", "article": "", "label": "条例要求",
        "valid_from": "2019-05-06", "kinds": [],
    }  # fmt: skip
    requirements_load(rows=[rule])
    obligations_open()
    assert due(opened.branch, "R18").done == 2
    assert len(hours) == 1
    assert obligations_verify() == []
    Obligation.objects.filter(requirement__code="R18").update(done=0)
    obligations_measured(measure="hours", organisation_ids=[opened.branch.pk], days=[TODAY])
    assert (due(opened.branch, "R18").done, due(opened.sibling, "R18").done) == (2, 0)


def test_a_rule_names_a_measure_that_exists(db):
    rule = {
        "code": "R18", "title": "党员学时", "frequency": "year", "needed": 1, "condition": "always", "measure": "hours",
        "source": "条例", "article": "", "label": "条例要求", "valid_from": "2019-05-06", "kinds": [],
    }  # fmt: skip
    with pytest.raises(ValidationError, match="hours"):
        requirements_load(rows=[rule])
    with pytest.raises(ValidationError, match="哪种会议"):
        requirements_load(rows=[{**rule, "measure": "meetings"}])
