"""The roster as on any past day equals a naive replay of what happened."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisCase

from accounts.roles import Role
from branches.choices import MemberCategory, OrganisationKind
from branches.models import Organisation
from branches.selectors.member_history import roster_on
from branches.selectors.organisation_past import below, tree_on
from branches.services.letters import letter_accept, letter_issue
from branches.services.member_status import contact_lose, member_confirm
from branches.services.members import member_disable, member_return, member_transfer
from branches.services.organisation_status import organisation_merge
from branches.services.organisations import organisation_move
from core.calendar import local_today
from core.workbooks.reader import read_sheet
from tests.conftest import city as city_fixture
from tests.factories import make_member, make_organisation, make_user

START = date(2020, 1, 1)
ACTS = st.lists(
    st.tuples(
        st.integers(1, 60),  # days since the act before
        st.integers(0, 2),  # who
        st.sampled_from(["transfer", "leave", "return", "letter", "confirm", "merge"]),
        st.integers(0, 3),  # where
    ),
    max_size=8,
)


class Replay(HypothesisCase):
    """What happens is written down naively, and replayed for each day asked about."""

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(ACTS, st.integers(0, 500))
    def test_any_sequence(self, acts, offset):
        city = city_fixture.__wrapped__(None)
        staff = city.user(Role.CITY_STAFF)
        branches = [
            make_organisation(city.committee, OrganisationKind.BRANCH, f"第{number}支部", founded_on=START)
            for number in "一二三四"
        ]
        novice = {"category": MemberCategory.PROBATIONARY, "confirmed_on": None, "joined_on": date(2018, 1, 1)}
        members = [make_member(branches[0], name, since=START, **novice) for name in ("甲某", "乙某", "丙某")]
        place = {member.pk: branches[0].pk for member in members}
        category = {member.pk: "probationary" for member in members}
        gone = set()
        days = [(START, dict(place), dict(category))]
        day = START
        for gap, who, deed, where in acts:
            day += timedelta(days=gap)
            member = members[who]
            target = branches[where]
            here = place.get(member.pk)
            act = {"by": staff, "member": member}
            if deed == "transfer" and here and here != target.pk and target.pk not in gone:
                member_transfer(**act, target=target, moved_on=day)
                place[member.pk] = target.pk
            elif deed == "letter" and here and here != target.pk and target.pk not in gone:
                letter = letter_issue(**act, issued_on=day, target=target)
                letter_accept(by=staff, letter=letter, accepted_on=day)
                place[member.pk] = target.pk
            elif deed == "leave" and here:
                member_disable(**act, reason="other", left_on=day)
                del place[member.pk]
            elif deed == "return" and not here and target.pk not in gone:
                member_return(**act, target=target, returned_on=day)
                place[member.pk] = target.pk
            elif deed == "confirm" and here and category[member.pk] == "probationary":
                member_confirm(**act, effective_on=day)
                category[member.pk] = "full"
            elif deed == "merge" and where and branches[where].pk not in gone:
                organisation_merge(by=staff, organisation=branches[where], target=branches[0], effective_on=day)
                gone.add(branches[where].pk)
                place = {pk: branches[0].pk if at == branches[where].pk else at for pk, at in place.items()}
            for member in members:
                member.refresh_from_db()
            branches = [Organisation.objects.get(pk=branch.pk) for branch in branches]
            days.append((day, dict(place), dict(category)))
        asked = START + timedelta(days=offset)
        _, expected, categories = [state for state in days if state[0] <= asked][-1]
        ids = [member.pk for member in members]
        found = list(roster_on(asked).filter(member__in=ids).values_list("member_id", "organisation_id", "category_on"))
        assert {pk: at for pk, at, _ in found} == expected
        assert len(found) == len(expected)
        assert all(categories[pk] == kind for pk, _, kind in found)


def url(name, *args):
    return reverse(f"branches:{name}", args=args)


def rows(response):
    return "".join(response.context["ledger"].rows)


@pytest.mark.django_db
def test_the_page_and_the_sheet_show_the_day(city):
    staff = city.user(Role.UNIT_STAFF)
    member_transfer(by=staff, member=city.members[0], target=city.sibling, moved_on=date(2025, 6, 1))
    member_disable(by=staff, member=city.members[1], reason="other", left_on=date(2025, 7, 1))
    client = city.client(Role.UNIT_STAFF)
    branch = f"org={city.branch.pk}"
    before = rows(client.get(url("roster_past") + f"?on=2025-05-31&{branch}"))
    after = rows(client.get(url("roster_past") + f"?on=2025-07-01&{branch}"))
    assert [name in before for name in ("钱一帆", "孙二禾", "李三木")] == [True, True, True]
    assert [name in after for name in ("钱一帆", "孙二禾", "李三木")] == [False, False, True]
    assert "陈九章" not in rows(client.get(url("roster_past")))
    export = client.post(url("roster_past_export") + f"?on=2025-05-31&{branch}")
    cells = str(read_sheet(BytesIO(b"".join(export.streaming_content))).rows)
    assert "孙二禾" in cells
    bad = url("roster_past_export") + "?on=2025-13-01"
    assert client.post(bad).status_code == 400
    assert "不正确" in client.get(url("roster_past") + "?on=2025-13-01").content.decode()
    late = local_today() + timedelta(days=1)
    assert "不能晚于今天" in client.get(url("roster_past") + f"?on={late}").content.decode()


@pytest.mark.django_db
def test_organisations_are_those_of_the_day(city):
    staff = city.user(Role.CITY_STAFF)
    moved = make_organisation(city.foreign_unit, OrganisationKind.BRANCH, "流动科支部", founded_on=START)
    make_member(moved, "尤某", since=START)
    organisation_move(by=staff, organisation=moved, new_parent=city.committee, effective_on=date(2025, 6, 1))
    client = city.client(Role.CITY_STAFF)

    def seen(unit, day):
        return "尤某" in rows(client.get(url("roster_past") + f"?on={day}&org={unit.pk}"))

    assert [seen(city.foreign_unit, day) for day in ("2025-05-31", "2025-06-01")] == [True, False]
    assert [seen(city.unit, day) for day in ("2025-05-31", "2025-06-01")] == [False, True]
    assert moved.pk in below(tree_on(date(2025, 5, 31)), city.foreign_unit.pk)


@pytest.mark.django_db
def test_who_moved_on_is_named_but_not_linked(city):
    staff, client = city.user(Role.CITY_STAFF), city.client(Role.UNIT_STAFF)
    member = city.members[0]
    member_transfer(by=staff, member=member, target=city.foreign, moved_on=date(2025, 6, 1))
    page = rows(client.get(url("roster_past") + "?on=2025-05-31"))
    assert "钱一帆" in page
    assert url("member_detail", member.pk) not in page
    assert url("member_detail", city.members[1].pk) in page


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3, 50])
@pytest.mark.parametrize(("name", "queries"), [("roster_past", 5), ("member_change_list", 5), ("letter_list", 6)])
def test_lists_cost_the_same_however_long(city, count, name, queries, django_assert_num_queries):
    staff = city.user(Role.UNIT_STAFF)
    branch = make_organisation(city.committee, OrganisationKind.BRANCH, "新支部")
    for number in range(count):
        member = make_member(branch, f"成员{chr(0x4E00 + number)}")
        letter_issue(by=staff, member=member, issued_on=local_today(), outside="别处")
        contact_lose(by=staff, member=member, effective_on=local_today(), circumstance="1")
    client = Client()
    client.force_login(make_user(Role.BRANCH_SECRETARY, branch), backend="django.contrib.auth.backends.ModelBackend")
    client.get(url(name))
    with django_assert_num_queries(queries):
        page = client.get(url(name))
    assert len(page.context["ledger"].rows) == count
