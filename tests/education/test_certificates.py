"""Training certificates: issued, printed, revoked, taken over, asked for in time; who serves without one; staffing."""

from datetime import date, timedelta
from decimal import Decimal as D
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from openpyxl import Workbook

from accounts.roles import Role
from branches.models import Obligation, Organisation
from branches.services.obligations import obligations_open
from core.jobs import job_execute, result_path
from education.exports.certificates import certificate_sheet, write_certificates
from education.models import Certificate
from education.policy.certificates import certificate_number, certificate_state, result_of_test, valid_until
from education.policy.rolls import LineData
from education.policy.staffing import Share
from education.services.certificates import certificate_revoke, certificates_issue
from education.services.classes import class_close, class_reopen
from education.services.hours import training_deadlines_renew
from tests.education.trainings import TODAY, closed_class, fill_class, load_rules, make_class
from tests.factories import make_member, make_organisation, make_post

pytestmark = pytest.mark.django_db
PASSED = LineData(attended=True, score=D(80))
FAILED = LineData(attended=True, score=D(40))


@pytest.fixture(autouse=True)
def rules(city):
    load_rules()


def text(answer):
    return answer.content.decode()


def content_of(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def qualifying(city, told, **fields):
    return closed_class(city, told, kind="qualifying", **fields)


def issued(city, *members, **fields):
    held = qualifying(city, dict.fromkeys(members, PASSED), **fields)
    return certificates_issue(by=city.user(Role.CITY_STAFF), training_class=held, issued_on=TODAY)


def register(city, member, until, number="旧-01"):
    return Certificate.objects.create(
        member=member, number=number, issuer="市直机关工委", issued_on=until - timedelta(days=900), valid_until=until,
        by=city.user(Role.CITY_STAFF),
    )  # fmt: skip


# Policy ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("until", "revoked", "state"),
    [
        (None, False, "none"),
        (date(2026, 5, 31), False, "expired"),
        (date(2026, 6, 1), False, "expiring"),
        (date(2026, 8, 30), False, "expiring"),
        (date(2026, 8, 31), False, "valid"),
        (date(2027, 8, 31), True, "revoked"),
    ],
)
def test_state_of_a_day(until, revoked, state):
    assert certificate_state(until, revoked, date(2026, 6, 1), 90) == state


def test_days_numbers_and_scores():
    assert valid_until(date(2026, 3, 6), 3) == date(2029, 3, 5)
    assert valid_until(date(2028, 2, 29), 3) == date(2031, 2, 28)
    assert certificate_number("持证", 2026, 7) == "持证-2026-0007"
    assert result_of_test(D(60), None, 60) == "passed"
    assert result_of_test(D(50), D(60), 60) == "passed"
    assert result_of_test(None, None, 60) == result_of_test(D(90), None, None) == "untested"
    assert Share(100, 1, 1, 2).verdict == Share(100, 2, 1, 2).verdict == "符合规定"
    assert Share(200, 1, 1, 2).verdict == "低于规定"
    assert Share(100, 3, 1, 2).verdict == "高于规定"
    assert Share(None, 3, 1, 2).verdict == Share(0, 0, 1, 2).verdict == "未登记"


# Issuing --------------------------------------------------------------------------------------------------------------


def test_who_passed_gets_a_number_of_the_series(city):
    told = {city.members[0]: PASSED, city.members[1]: FAILED, city.foreign_members[0]: PASSED}
    held = qualifying(city, told)
    rows = certificates_issue(by=city.user(Role.CITY_STAFF), training_class=held, issued_on=TODAY)
    assert [row.number for row in rows] == [f"持证-{TODAY.year}-0001", f"持证-{TODAY.year}-0002"]
    assert rows[0].valid_until == valid_until(TODAY, 3)
    with pytest.raises(ValidationError, match="没有可以发证"):
        certificates_issue(by=city.user(Role.CITY_STAFF), training_class=held, issued_on=TODAY)
    more = issued(city, city.members[2], title="第二期")
    assert more[0].serial == 3
    with pytest.raises(ValidationError, match="已经按这个培训班发放证书"):
        class_reopen(by=city.user(Role.CITY_STAFF), training_class=held, reason="名单有误")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"issued_on": TODAY + timedelta(days=1)}, "issued_on"),
        ({"issued_on": TODAY - timedelta(days=30)}, "issued_on"),
        ({"years": 0}, "years"),
        ({"prefix": " "}, "prefix"),
        ({"prefix": "太长太长太长太长太长太长太"}, "prefix"),
    ],
)
def test_an_issue_that_cannot_be_gives_nobody_one(city, values, field):
    held = qualifying(city, {city.members[0]: PASSED})
    with pytest.raises(ValidationError) as refused:
        certificates_issue(by=city.user(Role.CITY_STAFF), training_class=held, **{"issued_on": TODAY, **values})
    assert field in refused.value.message_dict
    assert not Certificate.objects.exists()


def test_only_a_closed_qualifying_class_gives_certificates(city):
    other = closed_class(city, {city.members[0]: LineData(attended=True, result="passed")})
    open_class = make_class(city, kind="qualifying", title="还没有结班")
    for held in (other, open_class):
        with pytest.raises(ValidationError):
            certificates_issue(by=city.user(Role.CITY_STAFF), training_class=held, issued_on=TODAY)


def test_a_taken_number_is_refused(city):
    register(city, city.members[1], TODAY + timedelta(days=9), number=f"持证-{TODAY.year}-0001")
    with pytest.raises(ValidationError, match="已经登记过"):
        issued(city, city.members[0])


def test_revoked_with_a_reason_once(city):
    (row,) = issued(city, city.members[0])
    by = city.user(Role.CITY_STAFF)
    with pytest.raises(ValidationError):
        certificate_revoke(by=by, certificate=row, reason="")
    revoked = certificate_revoke(by=by, certificate=row, reason="成绩登记有误")
    assert (revoked.revoked_on, revoked.revoked_by) == (TODAY, by)
    with pytest.raises(ValidationError, match="已经撤销"):
        certificate_revoke(by=by, certificate=row, reason="再一次")
    for values in ({"revoke_reason": ""}, {"valid_until": date(2000, 1, 1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Certificate.objects.filter(pk=row.pk).update(**values)


def test_the_sheet_is_a_pdf_with_a_page_for_each(city):
    rows = issued(city, city.members[0], city.members[1])
    sheets = [certificate_sheet(row) for row in Certificate.objects.filter(pk__in=[row.pk for row in rows])]
    file = BytesIO()
    assert write_certificates(sheets, file) == 2
    assert file.getvalue().startswith(b"%PDF")
    assert "24学时" not in sheets[0].text
    assert "16学时" in sheets[0].text


def test_all_sheets_of_a_class_are_made_in_the_background(city):
    rows = issued(city, city.members[0], city.foreign_members[0])
    client = city.client(Role.CITY_STAFF)
    answer = client.post(f"/education/classes/{rows[0].training_class_id}/sheets/")
    job = answer.url.rstrip("/").rpartition("/")[2]
    assert job_execute(job)
    from core.models import Job

    found = result_path(Job.objects.get(pk=job))
    assert found is not None
    assert found.read_bytes().startswith(b"%PDF")


# Deadlines ------------------------------------------------------------------------------------------------------------


def due(code):
    return Obligation.objects.filter(requirement__code=code).order_by("pk")


def test_a_certificate_that_ends_is_asked_ninety_days_before(city):
    obligations_open()
    secretary, until = city.members[0], TODAY + timedelta(days=30)
    old = register(city, secretary, until)
    register(city, city.members[1], until, number="旧-02")  # no secretary
    register(city, city.sibling_members[0], TODAY + timedelta(days=400), number="旧-03")
    training_deadlines_renew()
    row = due("E10").get()
    assert (row.organisation, row.subject, row.done) == (city.branch, f"certificate_expiry:{old.pk}", 0)
    assert (row.starts_on, row.ends_on) == (until - timedelta(days=90), until)
    page = text(city.client(Role.BRANCH_SECRETARY).get(f"/obligations/{row.pk}/"))
    assert "换发钱一帆的培训合格证书" in page
    (new,) = issued(city, secretary)
    row.refresh_from_db()
    assert row.done == 1
    certificate_revoke(by=city.user(Role.CITY_STAFF), certificate=new, reason="登记有误")
    row.refresh_from_db()
    assert row.done == 0


def test_a_new_secretary_without_a_certificate_is_asked_for_one(city):
    obligations_open()
    make_post(city.sibling_members[0], since=TODAY - timedelta(days=20))
    holder = city.foreign_members[0]
    register(city, holder, TODAY + timedelta(days=300))
    make_post(holder, since=TODAY - timedelta(days=20))
    training_deadlines_renew()
    row = due("E11").get()
    assert (row.organisation, row.done) == (city.sibling, 0)
    issued(city, city.sibling_members[0])
    row.refresh_from_db()
    assert row.done == 1


def test_secretaries_of_long_ago_are_asked_nothing_at_once(city):
    training_deadlines_renew()
    assert not due("E11").exists()
    assert not due("R18N").exists()


# Pages ----------------------------------------------------------------------------------------------------------------


def test_who_serves_without_one(city):
    register(city, city.members[0], TODAY - timedelta(days=1))
    make_post(city.sibling_members[0])
    make_post(city.foreign_members[0])
    client = city.client(Role.UNIT_STAFF)
    page = text(client.get("/education/secretaries/"))
    assert "已过期" in page
    assert "未持证" in page
    assert city.foreign_members[0].name not in page
    lacking = text(client.get("/education/secretaries/?state=lacking"))
    assert city.members[0].name in lacking
    assert city.sibling_members[0].name in lacking
    issued(city, city.members[0])
    lacking = text(client.get("/education/secretaries/?state=lacking"))
    assert city.members[0].name not in lacking
    assert city.members[0].name in text(client.get("/education/secretaries/?state=valid"))
    assert content_of(client.post("/education/secretaries/export/")).startswith(b"PK")
    own = text(city.client(Role.BRANCH_SECRETARY).get("/education/secretaries/"))
    assert city.sibling_members[0].name not in own


def test_a_certificate_is_seen_by_its_unit_and_its_holder_alone(city):
    (row,) = issued(city, city.members[4])
    url = f"/education/certificates/{row.pk}/"
    assert row.number in text(city.client(Role.UNIT_STAFF).get(url))
    assert content_of(city.client(Role.BRANCH_SECRETARY).get(f"{url}pdf/")).startswith(b"%PDF")
    own = city.client(Role.MEMBER)
    assert own.get(url).status_code == 403
    assert row.number in text(own.get("/education/hours/mine/"))
    assert content_of(own.get(f"{url}mine/")).startswith(b"%PDF")
    (other,) = issued(city, city.foreign_members[0], title="另一期")
    assert own.get(f"/education/certificates/{other.pk}/mine/").status_code == 404
    assert city.client(Role.UNIT_STAFF).get(f"/education/certificates/{other.pk}/").status_code == 404
    assert city.client(Role.UNIT_STAFF).post(f"{url}revoke/", {"reason": "x"}).status_code == 403


def test_issued_and_revoked_on_the_pages(city):
    held = qualifying(city, {city.members[0]: PASSED})
    client = city.client(Role.CITY_STAFF)
    assert "发放证书" in text(client.get(f"/education/classes/{held.pk}/"))
    page = text(
        client.post(f"/education/classes/{held.pk}/issue/", {"issued_on": "2999-01-01", "prefix": "甲", "years": 3})
    )
    assert "须在结班日期" in page
    assert 'value="甲"' in page
    client.post(f"/education/classes/{held.pk}/issue/", {"issued_on": TODAY.isoformat(), "prefix": "甲", "years": 3})
    row = Certificate.objects.get()
    assert row.number == f"甲-{TODAY.year}-0001"
    assert "请写明" in text(client.post(f"/education/certificates/{row.pk}/revoke/", {"reason": ""}))
    client.post(f"/education/certificates/{row.pk}/revoke/", {"reason": "登记有误"})
    page = text(client.get(f"/education/certificates/{row.pk}/"))
    assert "已撤销" in page
    assert "下载证书" not in page


@pytest.mark.parametrize("url", ["/education/certificates/", "/education/secretaries/"])
def test_lists_cost_the_same_for_one_three_and_fifty(city, url, django_assert_num_queries):
    client, done = city.client(Role.UNIT_STAFF), 0
    client.get(url)
    for wanted in (1, 3, 49):  # a second page would be counted
        for number in range(done, wanted):
            branch = make_organisation(city.unit, "branch", f"第{number}党支部")
            member = make_member(branch, f"书记{number}")
            make_post(member)
            register(city, member, TODAY + timedelta(days=number), number=f"旧-{number}")
        done = wanted
        with django_assert_num_queries(6):
            client.get(url)


def test_earlier_certificates_are_taken_over_from_a_sheet(city):
    client = city.client(Role.CITY_STAFF)
    url = f"/education/certificates/import/{city.root.pk}/"

    def upload(*rows):
        book = Workbook()
        book.active.append(("姓名", "党支部", "证书编号", "发证单位", "发证日期", "有效期至"))
        for row in rows:
            book.active.append(row)
        content = BytesIO()
        book.save(content)
        return client.post(url, {"file": SimpleUploadedFile("证书.xlsx", content.getvalue())}, follow=True)

    answer = upload(("钱一帆", "", "（2024）018", "市直机关工委", "2024-05-20", "2027-05-19"))
    client.post(answer.context["commit_url"])
    row = Certificate.objects.get()
    assert (row.member, row.valid_until, row.training_class) == (city.members[0], date(2027, 5, 19), None)
    page = text(upload(("孙二禾", "", "（2024）018", "市直机关工委", "2024-05-20", "2027-05-19")))
    assert "已经登记" in page
    page = text(upload(("孙二禾", "", "（2024）019", "市直机关工委", "2027-05-20", "2026-05-19")))
    assert "有效期须晚于发证日期" in page
    assert Certificate.objects.count() == 1
    assert city.client(Role.UNIT_STAFF).get(url).status_code == 403


def test_staffing_shows_what_the_organisations_hold(city):
    Organisation.objects.filter(pk=city.unit.pk).update(staff_count=200, party_staff_count=1)
    client = city.client(Role.CITY_STAFF)
    page = text(client.get("/education/staffing/"))
    assert "低于规定" in page
    assert "0.50%" in page
    assert f"/organisations/{city.unit.pk}/" in page
    assert "未登记" in page
    assert city.unit.short_name not in text(client.get("/education/staffing/?verdict=within"))
    assert city.unit.short_name in text(client.get("/education/staffing/?verdict=low"))
    assert city.foreign_unit.short_name in text(client.get("/education/staffing/?verdict=unknown"))
    assert city.foreign_unit.short_name not in text(city.client(Role.UNIT_STAFF).get("/education/staffing/"))
    assert content_of(client.post("/education/staffing/export/")).startswith(b"PK")
    assert city.client(Role.BRANCH_SECRETARY).get("/education/staffing/").status_code == 403


def test_a_corrected_roll_may_be_closed_again(city):
    held = qualifying(city, {city.members[0]: FAILED})
    class_reopen(by=city.user(Role.CITY_STAFF), training_class=held, reason="补考")
    fill_class(city, held, {city.members[0]: LineData(attended=True, score=D(40), resit_score=D(70))})
    class_close(by=city.user(Role.CITY_STAFF), training_class=held)
    assert len(certificates_issue(by=city.user(Role.CITY_STAFF), training_class=held, issued_on=TODAY)) == 1
