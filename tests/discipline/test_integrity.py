"""Project lists, risk points, activities, the 机关纪委, its counts, and 廉政谈话."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from openpyxl import Workbook

from accounts.roles import Capability, Role
from branches.choices import PostKind
from branches.models import Obligation
from branches.services.deadlines import deadlines_differences
from branches.services.obligations import obligations_open
from branches.services.worklists import item_add
from core.imports.batches import import_commit, import_upload
from core.models import AuditEvent
from discipline.ledgers.integrity import RiskLedger
from discipline.models import CommitteeStaffing, IntegrityActivity, IntegrityTalk, Project, RiskPoint, RiskReview
from discipline.policy.quarters import COUNTS, quarter_of
from discipline.selectors.committees import committee_page, known_counts, quarter_sums
from discipline.selectors.integrity import project_years
from discipline.selectors.integrity_talks import talk_counts
from discipline.services.committees import quarter_confirm, staffing_mark
from discipline.services.integrity import (
    activity_record,
    activity_remove,
    project_create,
    risk_create,
    risk_remove,
    risk_review,
    risk_update,
)
from discipline.services.integrity_talks import integrity_talk_record, integrity_talk_remove
from discipline.services.risks_import import RiskImport
from tests.discipline.conftest import QUARTER, TODAY
from tests.factories import make_meeting, make_post

pytestmark = pytest.mark.django_db
SOON = TODAY + timedelta(days=10)
LAST = QUARTER.previous()
RISK = {"post": "采购经办岗", "level": "1", "description": "需求倾向", "controls": "两人核对", "responsible": "办公室"}


@pytest.fixture
def officer(city, rules):
    return city.user(Role.UNIT_DISCIPLINE)


@pytest.fixture
def risk(city, officer):
    return risk_create(by=officer, organisation=city.unit, review_on=SOON, **RISK)


def due(review):
    return Obligation.objects.get(subject=f"risk_review:{review.pk}")


# --- projects --------------------------------------------------------------------------------------------------------


def test_five_years_stand_with_their_tasks(city, officer):
    staff = city.user(Role.CITY_STAFF)
    made = project_create(by=staff, organisation=city.root, kind="five_year", title="五年行动", first_year=TODAY.year)
    assert made.last_year == TODAY.year + 4
    assert made.worklist.source == "discipline.five_year"
    item_add(
        by=staff, worklist=made.worklist, task="配齐人员", organisation=city.unit, due_on=date(TODAY.year + 1, 6, 30)
    )
    years = project_years(staff, made)
    assert [(year.year, year.tasks) for year in years] == [(TODAY.year + n, int(n == 1)) for n in range(5)]
    assert Obligation.objects.get(requirement__code="D08").organisation == city.unit
    assert Project.objects.visible_to(officer, Capability.DISCIPLINE_COMMITTEE_VIEW).get() == made
    assert not list(deadlines_differences())


def test_project_lists_run_one_year_and_are_named_once(city, officer):
    made = project_create(by=officer, organisation=city.unit, kind="culture", title="廉洁文化", first_year=2026)
    assert (made.first_year, made.last_year, made.worklist.source) == (2026, 2026, "discipline.integrity")
    with pytest.raises(ValidationError, match="同名"):
        project_create(by=officer, organisation=city.unit, kind="culture", title="廉洁文化", first_year=2026)
    with pytest.raises(ValidationError):
        project_create(by=officer, organisation=city.branch, kind="culture", title="廉洁文化", first_year=2026)


# --- risk points -----------------------------------------------------------------------------------------------------


def test_each_review_is_due_and_the_next_one_follows(city, officer, risk):
    first = risk.reviews.get()
    row = due(first)
    assert (row.requirement.code, row.ends_on, row.done) == ("D04", SOON, 0)
    assert row.title == "复查廉政风险点：采购经办岗"
    risk_review(by=officer, risk=risk, reviewed_on=TODAY, outcome="improve", next_on=SOON + timedelta(days=90))
    assert due(first).done == 1
    second = risk.reviews.get(reviewed_on=None)
    assert (due(second).ends_on, due(second).done) == (SOON + timedelta(days=90), 0)
    risk_review(by=officer, risk=risk, reviewed_on=TODAY, outcome="gone")
    risk.refresh_from_db()
    assert risk.state == "removed"
    assert not RiskReview.objects.filter(reviewed_on=None).exists()
    assert not list(deadlines_differences())


def test_risk_that_is_struck_off_asks_no_more(officer, risk):
    with pytest.raises(ValidationError):
        risk_remove(by=officer, risk=risk, reason="")
    risk_remove(by=officer, risk=risk, reason="岗位撤销")
    assert not Obligation.objects.filter(subject__startswith="risk_review:").exists()
    with pytest.raises(ValidationError, match="已经销号"):
        risk_update(by=officer, risk=risk, controls="新措施")


def test_review_moves_with_its_day(officer, risk):
    risk_update(by=officer, risk=risk, review_on=SOON + timedelta(days=5), controls="三人核对")
    assert due(risk.reviews.get()).ends_on == SOON + timedelta(days=5)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"review_on": TODAY - timedelta(days=1)}, "review_on"),
        ({"level": "9"}, "level"),
        ({"controls": "联系13800138000"}, "controls"),
    ],
)
def test_refused_risks(city, officer, change, field):
    with pytest.raises(ValidationError) as refusal:
        risk_create(by=officer, organisation=city.unit, **{**RISK, "review_on": SOON, **change})
    assert field in refusal.value.message_dict
    assert not RiskPoint.objects.exists()


def sheet(rows):
    book, file = Workbook(), BytesIO()
    for row in (["岗位", "风险等级", "风险表现", "防控措施", "责任科室", "复查日期"], *rows):
        book.active.append(row)
    book.save(file)
    file.seek(0)
    return file


def upload(officer, city, rows):
    key = str(city.unit.pk)
    return import_upload(by=officer, importer=RiskImport, place_key=key, file=sheet(rows), file_name="风险点.xlsx")


def test_risks_come_from_excel_all_or_none(city, officer, risk):
    good = ["收文岗", "低", "压件", "登记时限", "办公室", SOON]
    bad = ["采购经办岗", "高", "需求倾向", "两人核对", "办公室", SOON]
    batch = upload(officer, city, [good, bad])
    assert batch.error_count == 1
    assert RiskPoint.objects.count() == 1
    batch = upload(officer, city, [good, ["印章岗", "中", "违规用印", "审批登记", "办公室", SOON]])
    key = str(city.unit.pk)
    import_commit(by=officer, importer=RiskImport, place_key=key, batch_id=batch.pk)
    assert set(RiskPoint.objects.values_list("post", "level")) == {
        ("采购经办岗", "1"),
        ("收文岗", "3"),
        ("印章岗", "2"),
    }
    assert Obligation.objects.filter(requirement__code="D04").count() == 3


def test_exported_risks_have_the_headings_that_come_back(risk):
    titles = {column.title for column in RiskLedger.columns if column.sheet}
    assert {column.title for column in RiskImport.columns} <= titles


# --- activities ------------------------------------------------------------------------------------------------------


def test_activity_takes_what_its_log_says(city, officer):
    log = make_meeting(city.branch, TODAY, "study", title="廉洁读书会")
    made = activity_record(by=officer, organisation=city.unit, kind="reading", meeting=log)
    assert (made.title, made.held_on, made.headcount) == ("廉洁读书会", TODAY, 5)
    other = make_meeting(city.foreign, TODAY, "study")
    with pytest.raises(ValidationError):
        activity_record(by=officer, organisation=city.unit, kind="reading", meeting=other)
    with pytest.raises(ValidationError):
        activity_record(by=officer, organisation=city.unit, kind="reading", title="只有名称")
    activity_remove(by=officer, activity=made, reason="重复")
    assert not IntegrityActivity.objects.exists()
    assert AuditEvent.objects.get(action="integrity_activity.remove").reason == "重复"


# --- 机关纪委 --------------------------------------------------------------------------------------------------------


def with_committee(city, since=date(2020, 1, 1)):
    city.committee.discipline_since = since
    city.committee.save()


def test_members_come_from_their_posts(city, officer):
    head = make_post(city.members[0], PostKind.DISCIPLINE_SECRETARY)
    type(head).objects.filter(pk=head.pk).update(organisation=city.committee)
    below = make_post(city.members[1], PostKind.DISCIPLINE)
    page = committee_page(city.unit)
    assert [seat.post.pk for seat in page.seats] == [head.pk]
    assert [seat.post.pk for seat in page.below] == [below.pk]
    assert len(page.lacks) == 1, "no day on which it was set up"
    with_committee(city)
    staffing_mark(by=officer, post=head, mark="full_time")
    staffing_mark(by=officer, post=head, mark="part_time")
    assert CommitteeStaffing.objects.get().mark == "part_time"
    page = committee_page(city.unit)
    assert (page.lacks, page.seats[0].mark_words) == ((), "兼职")
    with pytest.raises(ValidationError):
        staffing_mark(by=officer, post=make_post(city.members[2], PostKind.YOUTH), mark="full_time")


def counts(**values):
    return {**dict.fromkeys(COUNTS, 0), **values}


def test_quarter_is_asked_in_the_quarter_after_and_of_committees_alone(city, officer):
    with_committee(city)
    obligations_open(since=LAST.starts_on, through=QUARTER.ends_on)
    rows = Obligation.objects.filter(requirement__code="D05", period=QUARTER.code)
    asked = {row.organisation_id: (row.needed, row.done) for row in rows}
    assert asked == {city.unit.pk: (1, 0)}
    quarter_confirm(by=officer, unit=city.unit, period=LAST, counts=counts(supervision=3))
    assert rows.get().done == 1
    with pytest.raises(ValidationError, match="季度结束后"):
        quarter_confirm(by=officer, unit=city.unit, period=QUARTER, counts=counts())


def test_quarter_is_prefilled_and_revised_with_a_trace(city, officer):
    day = LAST.starts_on
    make_meeting(city.branch, day, "warning_education")
    make_meeting(city.sibling, day, "assembly", also=("warning_education",))
    make_meeting(city.foreign, day, "warning_education")
    if day.year >= TODAY.year - 2:
        integrity_talk_record(by=officer, organisation=city.unit, kind="reminder", held_on=day, count=4)
    known = known_counts(city.unit, LAST)
    assert known == {"education": 2, "talks": 4}
    row = quarter_confirm(by=officer, unit=city.unit, period=LAST, counts=counts(**known))
    with pytest.raises(ValidationError, match="更正"):
        quarter_confirm(by=officer, unit=city.unit, period=LAST, counts=counts(training=1))
    row = quarter_confirm(by=officer, unit=city.unit, period=LAST, counts=counts(training=1), reason="漏填")
    assert (row.revision, row.training) == (2, 1)
    old = row.versions.get()
    assert (old.counts["education"], old.reason) == (2, "漏填")
    with pytest.raises(ValidationError):
        quarter_confirm(by=officer, unit=city.unit, period=LAST, counts=counts(filed=-1))


def test_sums_of_a_half_and_of_a_year(city, officer):
    year = TODAY.year - 1
    for number in (1, 2, 3):
        quarter_confirm(by=officer, unit=city.unit, period=quarter_of(year, number), counts=counts(training=number))
    staff = city.user(Role.CITY_STAFF)
    found = {span: quarter_sums(staff, year, span) for span in ("h1", "h2", "year")}
    assert {span: sums.total[-1] for span, sums in found.items()} == {"h1": 3, "h2": 3, "year": 6}
    assert found["year"].rows[0].quarters == 3
    assert quarter_sums(staff, year - 1, "year").total == (0,) * 6


# --- 廉政谈话 --------------------------------------------------------------------------------------------------------


def test_talks_are_counted_by_type_and_quarter(city, officer):
    integrity_talk_record(by=officer, organisation=city.unit, kind="reminder", held_on=TODAY, count=2)
    integrity_talk_record(by=officer, organisation=city.unit, kind="inquiry", held_on=TODAY, count=1)
    with pytest.raises(ValidationError, match="已经登记过"):
        integrity_talk_record(by=officer, organisation=city.unit, kind="reminder", held_on=TODAY, count=1)
    page = talk_counts(city.user(Role.CITY_STAFF), TODAY.year)
    assert page.total == 3
    cells = {row.kind: [count for _, count in row.cells] for row in page.rows}
    assert cells["reminder"][QUARTER.number - 1] == 2


@pytest.mark.parametrize(
    "change", [{"held_on": TODAY + timedelta(days=1)}, {"count": 0}, {"count": 201}, {"kind": "chat"}]
)
def test_refused_talks(city, officer, change):
    values = {"kind": "reminder", "held_on": TODAY, "count": 1, **change}
    with pytest.raises(ValidationError):
        integrity_talk_record(by=officer, organisation=city.unit, **values)
    assert not IntegrityTalk.objects.exists()


def test_talks_are_removed_with_a_reason(city, officer):
    row = integrity_talk_record(by=officer, organisation=city.unit, kind="reminder", held_on=TODAY, count=2)
    with pytest.raises(ValidationError):
        integrity_talk_remove(by=officer, talk=row, reason=" ")
    integrity_talk_remove(by=officer, talk=row, reason="重复登记")
    assert not IntegrityTalk.objects.exists()
    assert AuditEvent.objects.get(action="integrity_talk.remove").reason == "重复登记"
