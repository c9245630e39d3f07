"""Obligations are opened for everyone ahead of time, follow their facts, and are verified against the logs."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.roles import Role
from branches.choices import MeetingKind, OrganisationChangeKind, OrganisationKind, OrganisationStatus
from branches.models import MeetingCount, Obligation, Organisation, OrganisationChange, Post, Requirement, Waiver
from branches.services import obligation_facts
from branches.services.obligation_checks import obligations_verify, obligations_verify_nightly
from branches.services.obligations import (
    obligation_waive,
    obligations_open,
    obligations_refresh,
    obligations_reopen_for,
    waiver_revoke,
)
from branches.services.requirements import requirements_load
from core.models import AuditEvent
from tests.factories import floor_rules, make_meeting, make_organisation

TODAY = date(2026, 8, 15)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(obligation_facts, "local_today", lambda: TODAY)


@pytest.fixture
def rules(db):
    return {requirement.code: requirement for requirement in floor_rules()}


@pytest.fixture
def opened(city, rules):
    obligations_open()
    return city


def periods(organisation, code):
    rows = Obligation.objects.filter(organisation=organisation, requirement__code=code)
    return list(rows.order_by("starts_on").values_list("period", flat=True))


def obligation(organisation, code, period):
    return Obligation.objects.get(organisation=organisation, requirement__code=code, period=period)


def log(branch, day, kind=MeetingKind.ASSEMBLY, **fields):
    meeting = make_meeting(branch, day, kind, **fields)
    obligations_refresh(organisation_id=branch.pk, days=[day])
    return meeting


# Opening


def test_everyone_is_opened_ahead(opened):
    assert periods(opened.branch, "R03") == ["2026Q1", "2026Q2", "2026Q3", "2026Q4"]
    assert periods(opened.branch, "R06") == [f"2026M{month:02d}" for month in range(1, 13)]
    assert periods(opened.branch, "R07") == ["2026"]
    assert periods(opened.branch, "R22") == periods(opened.sibling, "R22") == ["2026Q1", "2026Q2", "2026Q3", "2026Q4"]
    asked = Obligation.objects.values_list("requirement__audience", "organisation__kind").distinct().order_by()
    assert {audience == kind for audience, kind in asked} == {True}
    assert not Obligation.objects.exclude(done=0).exists()


def test_committee_and_groups_are_asked_where_they_exist(opened):
    assert len(periods(opened.branch, "R04")) == 12
    assert periods(opened.sibling, "R04") == []
    assert obligation(opened.branch, "R05", "2026M01").needed == 1
    assert periods(opened.sibling, "R05") == []


def test_opening_again_changes_nothing(opened):
    before = list(Obligation.objects.order_by("pk").values())
    assert obligations_open() == 0
    assert list(Obligation.objects.order_by("pk").values()) == before
    assert obligations_verify() == []


def test_opening_counts_the_logs_that_are_there(city, rules):
    make_meeting(city.branch, date(2026, 2, 3))
    make_meeting(city.branch, date(2026, 3, 31))
    obligations_open()
    assert obligation(city.branch, "R03", "2026Q1").done == 2
    assert obligation(city.branch, "R03", "2026Q2").done == 0


def test_kept_from_the_first_log_or_the_year_asked_for(city, rules):
    make_meeting(city.branch, date(2025, 12, 31))
    obligations_open()
    assert periods(city.branch, "R03")[0] == "2025Q1"
    obligations_open(since=date(2024, 5, 1))
    assert periods(city.branch, "R03")[0] == "2024Q1"
    assert obligations_verify() == []


@pytest.mark.parametrize(
    ("founded_on", "quarters", "first_month"),
    [
        (date(2026, 4, 1), ["2026Q3", "2026Q4"], "2026M05"),
        (date(2026, 4, 2), ["2026Q3", "2026Q4"], "2026M05"),
        (date(2026, 8, 15), ["2026Q4"], "2026M09"),
    ],
)
def test_quiet_until_the_first_whole_period(opened, founded_on, quarters, first_month):
    new = make_organisation(opened.committee, OrganisationKind.BRANCH, "新设党支部", founded_on=founded_on)
    obligations_reopen_for(organisation_ids=[new.pk])
    assert periods(new, "R03") == quarters
    assert periods(new, "R06")[0] == first_month
    assert periods(new, "R07") == []
    assert obligations_verify() == []


@pytest.mark.parametrize("status", [OrganisationStatus.MERGED, OrganisationStatus.ABOLISHED])
def test_ended_branches_keep_only_what_came_before(opened, status):
    log(opened.sibling, date(2026, 9, 3), MeetingKind.THEME_DAY)
    waiver = Obligation.objects.get(organisation=opened.sibling, requirement__code="R06", period="2026M10")
    Waiver.objects.create(obligation=waiver, reason="已按规定减免", by=opened.user(Role.UNIT_STAFF))
    merged_into = opened.branch if status == OrganisationStatus.MERGED else None
    Organisation.objects.filter(pk=opened.sibling.pk).update(
        status=status, ended_on=date(2026, 7, 20), merged_into=merged_into
    )
    obligations_reopen_for(organisation_ids=[opened.sibling.pk, opened.branch.pk])
    assert periods(opened.sibling, "R03") == ["2026Q1", "2026Q2", "2026Q3"]
    assert periods(opened.sibling, "R06") == [f"2026M{month:02d}" for month in range(1, 8)] + ["2026M09", "2026M10"]
    assert obligations_verify() == []


def test_ended_on_the_first_day_is_not_asked(opened):
    Organisation.objects.filter(pk=opened.sibling.pk).update(status="abolished", ended_on=date(2026, 7, 1))
    obligations_reopen_for(organisation_ids=[opened.sibling.pk])
    assert periods(opened.sibling, "R03") == ["2026Q1", "2026Q2"]


def change(organisation, kind, day, before=None, after=None):
    OrganisationChange.objects.create(
        organisation=organisation, kind=kind, effective_on=day, before=before or {}, after=after or {}
    )


def test_nothing_is_asked_while_suspended(opened):
    change(opened.sibling, OrganisationChangeKind.SUSPENDED, date(2026, 2, 10))
    Organisation.objects.filter(pk=opened.sibling.pk).update(status=OrganisationStatus.SUSPENDED)
    obligations_reopen_for(organisation_ids=[opened.sibling.pk])
    assert periods(opened.sibling, "R06") == ["2026M01"]
    assert periods(opened.sibling, "R03") == []
    change(opened.sibling, OrganisationChangeKind.RESUMED, date(2026, 5, 1))
    Organisation.objects.filter(pk=opened.sibling.pk).update(status=OrganisationStatus.ACTIVE)
    obligations_reopen_for(organisation_ids=[opened.sibling.pk])
    assert periods(opened.sibling, "R06") == ["2026M01"] + [f"2026M{month:02d}" for month in range(5, 13)]
    assert periods(opened.sibling, "R03") == ["2026Q3", "2026Q4"]
    assert periods(opened.sibling, "R07") == ["2026"]
    assert obligations_verify() == []


def test_temporary_branches_have_none_until_they_are_regular(opened):
    temporary = make_organisation(opened.committee, OrganisationKind.BRANCH, "专班临时党支部", type_code="931")
    obligations_reopen_for(organisation_ids=[temporary.pk])
    assert not Obligation.objects.filter(organisation=temporary).exists()
    day = date(2026, 7, 1)
    change(temporary, OrganisationChangeKind.UPDATED, day, {"type_code": "931"}, {"type_code": "631"})
    Organisation.objects.filter(pk=temporary.pk).update(type_code="631")
    obligations_reopen_for(organisation_ids=[temporary.pk])
    assert periods(temporary, "R03") == ["2026Q3", "2026Q4"]
    assert obligations_verify() == []


def test_committee_that_ends_or_shrinks_is_asked_no_more(opened):
    Post.objects.filter(organisation=opened.branch, kind="publicity").update(ends_on=date(2026, 6, 1))
    obligations_open()
    assert periods(opened.branch, "R04") == [f"2026M{month:02d}" for month in range(1, 6)]


def test_two_posts_of_one_person_are_one_member_of_the_committee(opened):
    holder = Post.objects.get(organisation=opened.branch, kind="secretary").member
    Post.objects.filter(organisation=opened.branch, kind="publicity").update(member=holder)
    obligations_open()
    assert periods(opened.branch, "R04") == []


def test_moving_a_branch_keeps_its_obligations(opened):
    log(opened.branch, date(2026, 8, 3))
    before = list(Obligation.objects.filter(organisation=opened.branch).order_by("pk").values())
    Organisation.objects.move(
        Organisation.objects.get(pk=opened.branch.pk), Organisation.objects.get(pk=opened.foreign_unit.pk), "last-child"
    )
    obligations_reopen_for(organisation_ids=[opened.branch.pk, opened.foreign_unit.pk])
    assert list(Obligation.objects.filter(organisation=opened.branch).order_by("pk").values()) == before
    assert obligations_verify() == []


def test_new_version_of_a_rule_judges_from_its_own_day(opened, rules):
    log(opened.branch, date(2026, 7, 3), MeetingKind.ASSEMBLY)
    requirements_load(rows=[monthly_assembly()])
    obligations_open()
    assert periods(opened.branch, "R03") == ["2026Q1", "2026Q2", "2026Q3", "2026M10", "2026M11", "2026M12"]
    assert obligation(opened.branch, "R03", "2026M10").requirement.label == "本级要求"
    assert obligations_verify() == []


def monthly_assembly():
    return {
        "code": "R03",
        "title": "支部党员大会",
        "frequency": "month",
        "needed": 1,
        "condition": "always",
        "source": "本级工作安排",
        "article": "",
        "label": "本级要求",
        "valid_from": "2026-10-01",
        "kinds": ["assembly"],
    }


# Refreshing


def test_log_moved_between_quarters(opened):
    meeting = log(opened.branch, date(2026, 3, 31))
    assert obligation(opened.branch, "R03", "2026Q1").done == 1
    moved_to = date(2026, 4, 1)
    meeting.held_on = moved_to
    meeting.save()
    MeetingCount.objects.filter(meeting=meeting).update(held_on=moved_to)
    obligations_refresh(organisation_id=opened.branch.pk, days=[date(2026, 3, 31), moved_to])
    assert obligation(opened.branch, "R03", "2026Q1").done == 0
    assert obligation(opened.branch, "R03", "2026Q2").done == 1
    assert obligations_verify() == []


def test_one_log_counts_as_several_kinds(opened):
    log(opened.branch, date(2026, 8, 3), MeetingKind.ASSEMBLY, also=(MeetingKind.THEME_DAY,), also_kinds=["theme_day"])
    assert obligation(opened.branch, "R03", "2026Q3").done == 1
    assert obligation(opened.branch, "R06", "2026M08").done == 1
    assert obligation(opened.branch, "R06", "2026M07").done == 0
    assert obligations_verify() == []


def test_a_log_that_counts_twice_for_one_rule_is_counted_once(opened, rules):
    rules["R03"].kinds.create(kind=MeetingKind.LECTURE)
    log(opened.branch, date(2026, 8, 3), MeetingKind.ASSEMBLY, also=(MeetingKind.LECTURE,), also_kinds=["lecture"])
    assert obligation(opened.branch, "R03", "2026Q3").done == 1
    assert obligations_verify() == []


def test_groups_count_once_each(opened):
    second = make_organisation(opened.branch, OrganisationKind.GROUP, "第二党小组", founded_on=date(2026, 6, 1))
    late = make_organisation(opened.branch, OrganisationKind.GROUP, "第三党小组", founded_on=date(2026, 6, 2))
    obligations_reopen_for(organisation_ids=[second.pk, late.pk])
    assert [obligation(opened.branch, "R05", f"2026M0{month}").needed for month in (5, 6, 7)] == [1, 2, 3]
    for day in (3, 10):
        log(opened.branch, date(2026, 6, day), MeetingKind.GROUP, group=opened.group)
    log(opened.branch, date(2026, 6, 12), MeetingKind.GROUP, group=late)
    assert obligation(opened.branch, "R05", "2026M06").done == 1
    log(opened.branch, date(2026, 6, 13), MeetingKind.GROUP, group=second)
    assert obligation(opened.branch, "R05", "2026M06").done == 2
    assert obligations_verify() == []


def test_refresh_is_one_statement_and_touches_nobody_else(opened, django_assert_num_queries):
    make_meeting(opened.branch, date(2026, 8, 3))
    make_meeting(opened.sibling, date(2026, 8, 3))
    with django_assert_num_queries(1):
        obligations_refresh(organisation_id=opened.branch.pk, days=[date(2026, 8, 3)])
    assert obligation(opened.branch, "R03", "2026Q3").done == 1
    assert obligation(opened.sibling, "R03", "2026Q3").done == 0
    with django_assert_num_queries(0):
        obligations_refresh(organisation_id=opened.branch.pk, days=[])


# Waivers


def test_waive_and_revoke(opened):
    staff, due = opened.user(Role.UNIT_STAFF), obligation(opened.branch, "R03", "2026Q3")
    waiver = obligation_waive(by=staff, obligation=due, reason="  全员外出执行任务 ")
    due.refresh_from_db()
    assert (due.waived, waiver.reason, waiver.by) == (True, "全员外出执行任务", staff)
    assert obligations_verify() == []
    waiver_revoke(by=staff, waiver=waiver)
    due.refresh_from_db()
    waiver.refresh_from_db()
    assert (due.waived, waiver.revoked_by) == (False, staff)
    assert waiver.revoked_at is not None
    events = AuditEvent.objects.filter(action__in=["obligation.waive", "waiver.revoke"]).order_by("pk")
    assert [(event.action, event.reason, event.scope_path) for event in events] == [
        ("obligation.waive", "全员外出执行任务", opened.branch.path),
        ("waiver.revoke", "全员外出执行任务", opened.branch.path),
    ]
    assert obligations_verify() == []


@pytest.mark.parametrize("reason", ["", "   ", "忙", "长" * 201])
def test_waiver_needs_a_reason(opened, reason):
    with pytest.raises(ValidationError, match="减免原因"):
        obligation_waive(
            by=opened.user(Role.UNIT_STAFF), obligation=obligation(opened.branch, "R03", "2026Q3"), reason=reason
        )
    assert not Waiver.objects.exists()


def test_nothing_to_waive_or_to_revoke(opened):
    staff = opened.user(Role.UNIT_STAFF)
    log(opened.branch, date(2026, 8, 3))
    with pytest.raises(ValidationError, match="已经完成"):
        obligation_waive(by=staff, obligation=obligation(opened.branch, "R03", "2026Q3"), reason="不需要的减免")
    other = obligation(opened.branch, "R22", "2026Q3")
    waiver = obligation_waive(by=staff, obligation=other, reason="本季度统一减免")
    with pytest.raises(ValidationError, match="已经减免"):
        obligation_waive(by=staff, obligation=other, reason="再减免一次")
    waiver_revoke(by=staff, waiver=waiver)
    with pytest.raises(ValidationError, match="已经撤销"):
        waiver_revoke(by=staff, waiver=waiver)


# Verifying


def plant_missing(city):
    Obligation.objects.filter(organisation=city.branch, requirement__code="R03", period="2026Q3").delete()


def plant_extra(city):
    row = obligation(city.branch, "R04", "2026M08")
    Obligation.objects.create(
        organisation=city.sibling, requirement=row.requirement, period=row.period, starts_on=row.starts_on,
        ends_on=row.ends_on, needed=1,
    )  # fmt: skip


def planter(**values):
    def plant(city):
        Obligation.objects.filter(organisation=city.branch, requirement__code="R03", period="2026Q3").update(**values)

    return plant


def plant_count(city):
    MeetingCount.objects.update(held_on=date(2026, 2, 1))


def plant_uncounted(city):
    MeetingCount.objects.filter(kind=MeetingKind.ASSEMBLY).delete()


def plant_also(city):
    MeetingCount.objects.filter(kind=MeetingKind.THEME_DAY).delete()


def plant_returned(city):
    city.log.status, city.log.return_reason = "returned", "时间有误"
    city.log.save()


PLANTS = {
    "missing": (plant_missing, {"missing"}),
    "extra": (plant_extra, {"extra"}),
    "needed": (planter(needed=4), {"needed"}),
    "done": (planter(done=7), {"done"}),
    "waived": (planter(waived=True), {"waived"}),
    "starts_on": (planter(starts_on=date(2026, 7, 2)), {"starts_on"}),
    "ends_on": (planter(ends_on=date(2026, 10, 30)), {"ends_on"}),
    "count": (plant_count, {"count", "done"}),
    "uncounted": (plant_uncounted, {"uncounted", "done"}),
    "also": (plant_also, {"uncounted", "done"}),
    "returned": (plant_returned, {"count"}),
}


@pytest.mark.parametrize("plant", PLANTS)
def test_verify_finds_each_planted_difference(opened, plant, capsys):
    opened.log = log(
        opened.branch, date(2026, 8, 3), MeetingKind.ASSEMBLY, also=(MeetingKind.THEME_DAY,), also_kinds=["theme_day"]
    )
    assert obligations_verify() == []
    act, expected = PLANTS[plant]
    act(opened)
    assert {difference.what for difference in obligations_verify()} == expected
    with pytest.raises(CommandError) as refused:
        call_command("obligations_verify")
    assert refused.value.returncode == 1
    assert "R03" in capsys.readouterr().err or plant in ("extra", "count", "returned", "uncounted", "also")
    call_command("obligations_verify", "--fix")
    assert obligations_verify() == []
    assert "no differences" in capsys.readouterr().out


def test_verify_of_untouched_rows_says_so(opened, capsys):
    call_command("obligations_verify")
    assert "一致" in capsys.readouterr().out


def test_nightly_result_is_audited(opened):
    assert obligations_verify_nightly() == 0
    planter(done=7)(opened)
    assert obligations_verify_nightly() == 1
    results = AuditEvent.objects.filter(action="obligation.verify").order_by("pk").values_list("result", flat=True)
    assert list(results) == ["ok", "failed"]


# Rules and commands


def test_rules_are_loaded_once(db):
    first = requirements_load()
    codes = {requirement.code for requirement in first}
    assert codes >= {"R03", "R04", "R05", "R06", "R07", "R08", "R09", "R18", "R21", "R22", "R22C", "R23"}
    assert requirements_load() == []
    assert Requirement.objects.count() == len(first) == len(codes)
    assert not Requirement.objects.filter(label="条例要求", article="").exists()
    assert Requirement.objects.get(code="R22").label == "本级要求"


def test_commands(city, capsys):
    call_command("rules_load")
    call_command("obligations_open", since=date(2025, 3, 1), through=date(2026, 1, 1))
    assert periods(city.branch, "R03") == ["2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1"]
    assert "已开列" in capsys.readouterr().out


def test_no_rules_no_obligations(city):
    assert obligations_open() == 0
    assert obligations_verify() == []


def test_codes_written_into_the_statements():
    """The shared SQL names choices and tables literally; they must be those of the models."""
    assert connection.vendor in ("sqlite", "postgresql")
    assert OrganisationKind.BRANCH == "branch"
    assert OrganisationKind.GROUP == "group"
    assert Obligation._meta.db_table == "branches_obligation"
    assert MeetingCount._meta.db_table == "branches_meetingcount"
