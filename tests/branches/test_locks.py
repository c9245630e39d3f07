"""What stands between two who write at once: fresh reads under a lock, and locks that do not wait for each other."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from branches.choices import EntryReason, MeetingKind, OrganisationStatus, PostKind
from branches.models import Member, Membership, Obligation, Organisation
from branches.services import members as services
from branches.services import obligation_sql as sql
from branches.services.obligations import obligations_open, obligations_refresh
from branches.services.organisation_status import organisation_merge
from branches.services.posts import post_assign
from core.calendar import local_today
from tests.factories import floor_rules, make_meeting


@pytest.fixture
def staff(city):
    return city.user(Role.UNIT_STAFF)


def end_unseen(branch: Organisation) -> None:
    """Somebody else abolishes the branch after it was read."""
    Organisation.objects.filter(pk=branch.pk).update(status=OrganisationStatus.ABOLISHED, ended_on=local_today())


def values(name: str = "郑七星") -> dict:
    return {"name": name, "birth_date": date(1980, 5, 1), "joined_on": date(2010, 7, 1), "category": "full"}


def test_nobody_moves_into_a_branch_that_ended_meanwhile(city, staff):
    end_unseen(city.sibling)
    member = Member.objects.filter(organisation=city.branch).first()
    with pytest.raises(ValidationError) as refused:
        services.member_transfer(by=staff, member=member, target=city.sibling, moved_on=local_today())
    assert "target" in refused.value.message_dict
    with pytest.raises(ValidationError):
        services.member_create(by=staff, organisation=city.sibling, values=values())
    assert not Member.objects.filter(organisation=city.sibling, name="郑七星").exists()
    assert Member.objects.get(pk=member.pk).organisation_id == city.branch.pk


def test_no_post_in_an_organisation_that_ended_meanwhile(city, staff):
    member = Member.objects.filter(organisation=city.sibling, category="full").first()
    member = member or services.member_create(by=staff, organisation=city.sibling, values=values())
    end_unseen(city.sibling)
    with pytest.raises(ValidationError, match="不能任命"):
        post_assign(
            by=staff, organisation=city.sibling, member=member, kind=PostKind.SECRETARY, starts_on=local_today()
        )


def test_a_transfer_holds_the_branches_before_the_member_and_not_the_members_key(city, staff):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    member = Member.objects.filter(organisation=city.branch).last()
    Membership.objects.get_or_create(
        member=member,
        ends_on=None,
        defaults={
            "organisation": city.branch,
            "starts_on": local_today() - timedelta(days=9),
            "entry_reason": EntryReason.ADMITTED,
        },
    )
    with CaptureQueriesContext(
        connection,
    ) as queries:
        services.member_transfer(by=staff, member=member, target=city.sibling, moved_on=local_today())
    locks = [query["sql"] for query in queries if "FOR NO KEY UPDATE" in query["sql"]]
    assert "branches_organisation" in locks[0].split("WHERE")[0]
    assert any('OF "branches_member"' in lock for lock in locks[1:])


def test_a_merger_holds_both_branches_before_it_looks_for_logs(city, staff):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    make_meeting(city.branch, local_today(), MeetingKind.THEME_DAY)
    with CaptureQueriesContext(connection) as queries, pytest.raises(ValidationError, match="还有会议记录"):
        organisation_merge(by=staff, organisation=city.branch, target=city.sibling, effective_on=local_today())
    statements = [query["sql"] for query in queries]
    held = next(i for i, text in enumerate(statements) if "FOR NO KEY UPDATE" in text and '"id" IN' in text)
    looked = next(i for i, text in enumerate(statements) if 'FROM "branches_meeting"' in text)
    assert held < looked


def test_a_refresh_writes_only_what_differs(city):
    floor_rules()
    day = date(2026, 8, 5)
    obligations_open(since=date(2026, 1, 1), through=date(2026, 12, 31))
    make_meeting(city.branch, day, MeetingKind.ASSEMBLY)
    Obligation.objects.filter(organisation=city.branch).update(done=0)
    with connection.cursor() as cursor:
        cursor.execute(sql.REFRESH, [city.branch.pk, day, day])
        assert cursor.rowcount == 1
        cursor.execute(sql.REFRESH, [city.branch.pk, day, day])
        assert cursor.rowcount == 0
    obligations_refresh(organisation_id=city.branch.pk, days=[day])
    assert list(
        Obligation.objects.filter(organisation=city.branch, done__gt=0).values_list("requirement__code", "period")
    ) == [("R03", "2026Q3")]
