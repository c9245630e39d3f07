"""Service activities, 联村联户 (S04) and 驻村选派 (S06): facts with their days, nothing about residents (N11)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from branches.models import Obligation
from branches.services.deadlines import deadlines_differences
from branches.services.obligation_checks import obligations_verify
from outreach.models import Pairing, PairingNeed, ServiceActivity, VillagePosting
from outreach.policy.postings import notice_from, term_hint
from outreach.selectors.village import community_now, next_label
from outreach.services import pairings, postings, service
from tests.factories import make_meeting
from tests.outreach.conftest import TODAY, make_pairing, make_posting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]
ACTIVITY = {
    "held_on": TODAY,
    "purpose": "整治楼道",
    "participants": 3,
    "community": "向阳社区",
    "hours": None,
    "result": "",
}


def due(code):
    return list(Obligation.objects.filter(requirement__code=code).order_by("pk"))


# --- service ---------------------------------------------------------------------------------------------------------


def test_activity_of_a_linked_log_takes_day_and_people_from_it(city, secretary):
    log = make_meeting(city.branch, TODAY - timedelta(days=9), kind="theme_day")
    row = service.activity_record(by=secretary, organisation=city.branch, values=ACTIVITY, meeting=log)
    assert (row.held_on, row.people.count()) == (log.held_on, 5)
    with pytest.raises(ValidationError, match="已经登记过服务活动"):
        service.activity_record(
            by=secretary, organisation=city.branch, values={**ACTIVITY, "purpose": "另一件"}, meeting=log
        )
    service.activity_update(by=secretary, activity=row, values={**ACTIVITY, "result": "清运3车"}, expected_revision=1)
    row.refresh_from_db()
    assert (row.result, row.held_on, row.revision) == ("清运3车", log.held_on, 2)
    service.activity_remove(by=secretary, activity=row)
    assert not ServiceActivity.objects.exists()


def test_activity_checks(city, secretary):
    wrong = [
        {"participants": 0}, {"held_on": TODAY + timedelta(days=1)}, {"hours": Decimal(25)},
        {"purpose": "上门看望，电话13800138000"},
    ]  # fmt: skip
    for values in wrong:
        with pytest.raises(ValidationError):
            service.activity_record(by=secretary, organisation=city.branch, values={**ACTIVITY, **values})
    with pytest.raises(ValidationError, match="只能选本党组织的党员"):
        service.activity_record(
            by=secretary, organisation=city.branch, values=ACTIVITY, people=[city.foreign_members[0]]
        )
    assert not ServiceActivity.objects.exists()
    row = service.activity_record(
        by=secretary, organisation=city.branch, values={**ACTIVITY, "participants": 1}, people=city.members[:3]
    )
    assert row.participants == 3


def test_no_figure_of_a_person(city):
    """Hours stand on the activity alone (N2): nothing hangs on the link between activity and member."""
    fields = {field.name for field in ServiceActivity.people.through._meta.get_fields()}
    assert fields == {"id", "serviceactivity", "member"}


def test_community_is_dated_and_one_at_a_time(city, secretary):
    row = service.community_report(by=secretary, branch=city.branch, name="向阳社区", starts_on=TODAY)
    assert community_now(city.branch) == "向阳社区"
    with pytest.raises(ValidationError, match="已有报到社区"):
        service.community_report(by=secretary, branch=city.branch, name="新社区", starts_on=TODAY)
    service.community_end(by=secretary, community=row, ends_on=TODAY)
    assert community_now(city.branch) == ""
    service.community_report(by=secretary, branch=city.branch, name="新社区", starts_on=TODAY)


# --- pairings --------------------------------------------------------------------------------------------------------


def test_need_is_due_until_it_is_met(city, secretary):
    pairing = make_pairing(city, secretary)
    values = {"need": "饮水管道老化", "deed": "", "noted_on": TODAY, "due_on": TODAY + timedelta(days=20)}
    need = pairings.need_add(by=secretary, pairing=pairing, values=values)
    (row,) = due("S04")
    assert (row.organisation_id, row.ends_on, row.done) == (city.branch.pk, values["due_on"], 0)
    assert "饮水管道" in row.title
    pairings.need_update(by=secretary, need=need, values={**values, "due_on": TODAY + timedelta(days=40)})
    assert due("S04")[0].ends_on == TODAY + timedelta(days=40)
    pairings.need_done(
        by=secretary, need=need, done_on=TODAY, result="换管200米", satisfaction="satisfied", deed="换管"
    )
    assert due("S04")[0].done == 1
    with pytest.raises(ValidationError, match="已经办结"):
        pairings.need_remove(by=secretary, need=need)
    assert list(deadlines_differences()) == []


def test_without_a_day_or_after_the_end_nothing_is_due(city, secretary):
    pairing = make_pairing(city, secretary)
    base = {"need": "缺农技", "deed": "", "noted_on": TODAY, "due_on": None}
    pairings.need_add(by=secretary, pairing=pairing, values=base)
    assert due("S04") == []
    pairings.need_add(by=secretary, pairing=pairing, values={**base, "due_on": TODAY + timedelta(days=5)})
    assert len(due("S04")) == 1
    pairings.pairing_end(by=secretary, pairing=pairing, ends_on=TODAY, reason="任务完成")
    assert due("S04") == []
    with pytest.raises(ValidationError, match="已经结束"):
        pairings.visit_record(by=secretary, pairing=pairing, held_on=TODAY, form="on_site")


def test_visits(city, secretary):
    pairing = make_pairing(city, secretary)
    visit = pairings.visit_record(by=secretary, pairing=pairing, held_on=TODAY, form="on_site")
    for day in (TODAY, TODAY + timedelta(days=1), pairing.starts_on - timedelta(days=1)):
        with pytest.raises(ValidationError):
            pairings.visit_record(by=secretary, pairing=pairing, held_on=day, form="remote")
    pairings.visit_remove(by=secretary, visit=visit)
    assert not pairing.visits.exists()


def test_household_is_a_label_and_village_has_none(city, secretary):
    assert next_label(city.branch) == "联系户1"
    make_pairing(city, secretary)
    assert next_label(city.branch) == "联系户2"
    for wrong in ({"label": ""}, {"member": None}, {"member": city.foreign_members[0]}, {}):
        with pytest.raises(ValidationError):
            make_pairing(city, secretary, **wrong)
    village = make_pairing(city, secretary, kind="village")
    assert (village.member, village.label) == (None, "")
    with pytest.raises(ValidationError, match="已与这个村结对"):
        make_pairing(city, secretary, kind="village")
    with pytest.raises(IntegrityError), transaction.atomic():
        Pairing.objects.filter(pk=village.pk).update(label="联系户9")


def test_nothing_about_residents_has_a_column():
    """N11: neither names nor addresses nor numbers of residents can be stored."""
    names = {field.name for model in (Pairing, PairingNeed) for field in model._meta.get_fields()}
    assert names.isdisjoint({"resident", "address", "phone", "id_number", "householder", "family"})


def test_refuses_numbers_in_needs(city, secretary):
    pairing = make_pairing(city, secretary)
    for words in ("电话13800138000", "身份证11010519491231002X"):
        values = {"need": words, "deed": "", "noted_on": TODAY, "due_on": None}
        with pytest.raises(ValidationError):
            pairings.need_add(by=secretary, pairing=pairing, values=values)


# --- postings --------------------------------------------------------------------------------------------------------


def test_end_of_term_is_due_of_the_unit(city, staff):
    posting = make_posting(city, staff)
    (row,) = due("S06")
    assert (row.organisation_id, row.ends_on, row.starts_on) == (
        city.unit.pk, posting.ends_on, posting.ends_on - timedelta(days=90),
    )  # fmt: skip
    later = posting.ends_on + timedelta(days=365)
    postings.posting_update(by=staff, posting=posting, values={"ends_on": later})
    assert due("S06")[0].ends_on == later
    postings.posting_finish(by=staff, posting=posting, finished_on=TODAY, handover="资料已移交")
    assert due("S06")[0].done == 1
    assert list(deadlines_differences()) == []
    with pytest.raises(ValidationError, match="已经办理交接"):
        postings.posting_update(by=staff, posting=posting, values={"ends_on": later})


def test_years_of_a_posting(city, staff):
    posting = make_posting(city, staff)
    values = {"plan": "修水渠", "funds": Decimal("30000.50"), "half_grade": "", "year_grade": "", "graded_by": ""}
    row = postings.posting_year(by=staff, posting=posting, year=TODAY.year, values=values)
    again = postings.posting_year(
        by=staff, posting=posting, year=TODAY.year, values={**values, "year_grade": "优秀", "graded_by": "市委组织部"}
    )
    assert (row.pk, again.year_grade, again.funds) == (again.pk, "优秀", Decimal("30000.50"))
    for wrong in ({"funds": Decimal(-1)}, {"half_grade": "好"}):
        with pytest.raises(ValidationError):
            postings.posting_year(by=staff, posting=posting, year=TODAY.year, values={**values, **wrong})
    with pytest.raises(ValidationError, match="任期之内"):
        postings.posting_year(by=staff, posting=posting, year=TODAY.year + 9, values=values)


def test_one_posting_at_a_time_and_of_the_own_roster(city, staff):
    make_posting(city, staff)
    with pytest.raises(ValidationError, match="正在驻村"):
        make_posting(city, staff)
    with pytest.raises(ValidationError, match="现有的党员"):
        make_posting(city, staff, member=city.foreign_members[0])
    assert VillagePosting.objects.count() == 1


def test_short_term_is_hinted():
    start = TODAY.replace(day=1, month=3, year=2024)
    assert term_hint(start, start.replace(year=2026) - timedelta(days=1)) == ""
    assert "不满2年" in term_hint(start, start.replace(year=2025))
    assert notice_from(TODAY) == TODAY - timedelta(days=90)


def test_verification_finds_nothing(city, secretary, staff):
    make_posting(city, staff)
    pairing = make_pairing(city, secretary)
    values = {"need": "修路灯", "deed": "", "noted_on": TODAY, "due_on": TODAY}
    pairings.need_add(by=secretary, pairing=pairing, values=values)
    assert not [row for row in obligations_verify() if row.rule in ("S02", "S04", "S06")]
