"""The tree in time: any past day is told from the dated changes, and a frozen report keeps what it said."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from branches.choices import OrganisationKind
from branches.models import Organisation
from branches.selectors.organisation_past import below, past_children, tree_on
from branches.selectors.organisation_undo import last_change
from branches.services.organisation_status import organisation_merge
from branches.services.organisation_undo import organisation_undo
from branches.services.organisations import organisation_move, organisation_rename
from core.calendar import local_today
from tests.factories import make_organisation, make_user

pytestmark = pytest.mark.django_db
FIRST = date(2025, 1, 1)
APRIL, JUNE = date(2025, 4, 1), date(2025, 6, 1)


@pytest.fixture
def staff(city):
    return city.user(Role.CITY_STAFF)


def state(day):
    """Short name and parent's short name of everything that stood."""
    places = tree_on(day)
    return {pk: (place.short_name, place.parent) for pk, place in places.items()}


def test_a_rename_and_a_move_are_told_by_their_days(city, staff):
    organisation_rename(by=staff, organisation=city.branch, name="中共新名", short_name="新名支部", effective_on=APRIL)
    organisation_move(by=staff, organisation=city.branch, new_parent=city.foreign_unit, effective_on=JUNE)
    pk = city.branch.pk
    assert state(date(2025, 3, 31))[pk] == ("整理一科党支部", city.committee.pk)
    assert state(APRIL)[pk] == ("新名支部", city.committee.pk)
    assert state(date(2025, 5, 31))[pk] == ("新名支部", city.committee.pk)
    assert state(JUNE)[pk] == ("新名支部", city.foreign_unit.pk)
    assert tree_on(date(2025, 5, 31))[city.group.pk].unit == city.unit.pk
    assert tree_on(JUNE)[city.group.pk].unit == city.foreign_unit.pk
    assert city.group.pk in below(tree_on(JUNE), city.foreign_unit.pk)


def test_a_merger_of_units_is_told_by_its_day(city, staff):
    organisation_merge(by=staff, organisation=city.foreign_unit, target=city.unit, effective_on=APRIL)
    before, after = state(date(2025, 3, 31)), state(APRIL)
    assert before[city.foreign.pk] == ("养护科党支部", city.foreign_unit.pk)
    assert before[city.foreign_unit.pk] == ("市园圃养护处", city.root.pk)
    assert after[city.foreign.pk] == ("养护科党支部", city.unit.pk)
    assert city.foreign_unit.pk not in after


def test_what_was_taken_back_was_never_so(city, staff):
    before = state(JUNE)
    organisation_move(by=staff, organisation=city.branch, new_parent=city.foreign_unit, effective_on=APRIL)
    assert state(JUNE) != before
    organisation_undo(by=staff, change=last_change(city.branch), reason="登记错了单位")
    assert state(JUNE) == before
    assert state(local_today()) == before


def test_two_queries_however_many_changes(city, staff, django_assert_num_queries):
    for number in range(12):
        organisation_rename(
            by=staff, organisation=city.branch, name=f"中共第{number}名", short_name=f"第{number}名",
            effective_on=APRIL + timedelta(days=number),
        )  # fmt: skip
    for number in range(30):
        make_organisation(city.committee, OrganisationKind.BRANCH, f"增设{number}支部")
    with django_assert_num_queries(2):
        places = tree_on(APRIL + timedelta(days=5))
    assert places[city.branch.pk].short_name == "第5名"


def test_the_reader_sees_the_past_of_what_is_his_today(city, staff):
    organisation_move(by=staff, organisation=city.branch, new_parent=city.foreign_unit, effective_on=APRIL)
    own = past_children(city.user(Role.UNIT_STAFF), None, date(2025, 3, 31))
    assert [node.organisation.short_name for node in own] == ["市档案整理中心"]
    committee = past_children(city.user(Role.UNIT_STAFF), city.committee.pk, date(2025, 3, 31))
    assert [node.organisation.short_name for node in committee] == ["整理二科党支部"]
    everything = past_children(staff, city.committee.pk, date(2025, 3, 31))
    assert [(node.organisation.short_name, node.members) for node in everything] == [
        ("整理二科党支部", 3),
        ("整理一科党支部", 5),
    ]


steps = st.lists(
    st.tuples(st.sampled_from(["move", "rename", "undo"]), st.integers(0, 2), st.integers(0, 2), st.integers(0, 20)),
    max_size=8,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sequence=steps)
def test_every_past_day_is_as_it_was_recorded(db, sequence):
    """Whatever is moved, renamed or taken back: the state of each day is what held on it when the day was over."""
    with transaction.atomic():
        root = make_organisation(None, OrganisationKind.WORK_COMMITTEE, "根")
        units = [make_organisation(root, OrganisationKind.UNIT, f"单位{n}") for n in range(3)]
        branches = [make_organisation(units[0], OrganisationKind.BRANCH, f"支部{n}") for n in range(3)]
        by = make_user(Role.CITY_STAFF, root)
        recorded, day = {}, FIRST
        for serial, (action, which, where, pause) in enumerate(sequence):
            branch = Organisation.objects.get(pk=branches[which].pk)
            if action == "move" and not branch.path.startswith(Organisation.objects.get(pk=units[where].pk).path):
                organisation_move(by=by, organisation=branch, new_parent=units[where], effective_on=day)
            elif action == "rename":
                name = f"改名{serial}"
                organisation_rename(by=by, organisation=branch, name=name, short_name=name, effective_on=day)
            elif action == "undo" and (last := last_change(branch)) is not None and last.effective_on == day:
                organisation_undo(by=by, change=last, reason="随机撤回一次")
            now = {item.pk: (item.short_name, item.path[:8]) for item in Organisation.objects.filter(kind="branch")}
            for gap in range(pause + 1):
                recorded[day + timedelta(days=gap)] = now
            day += timedelta(days=pause)
        paths = dict(Organisation.objects.filter(kind="unit").values_list("pk", "path"))
        for past, expected in recorded.items():
            places = tree_on(past)
            found = {pk: (places[pk].short_name, paths[places[pk].unit]) for pk in expected}
            assert found == expected
        assert Organisation.objects.find_problems() == ([], [], [], [], [])
        transaction.set_rollback(True)
