"""规范性文件备案 (R21): from the register to the outcome of the second review."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Role
from core.models import AuditEvent
from oversight.models import Filing, FilingReview
from oversight.policy.filings import days_late, filing_due, review_latest
from oversight.selectors.filings import filings_reconciled
from oversight.services import filings as services
from tests.oversight.papers import DAY, TODAY, facts, file_it, load_rules, make_filing, obligations, second

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rules(db):
    load_rules()


@pytest.mark.parametrize(
    ("issued", "due"), [(date(2026, 3, 1), date(2026, 3, 31)), (date(2026, 1, 31), date(2026, 3, 2))]
)
def test_thirty_calendar_days(issued, due):
    assert filing_due(issued) == due
    assert days_late(due, due) == 0
    assert days_late(due, due + DAY) == 1


def test_a_review_ends_within_three_months():
    assert review_latest(date(2026, 3, 15)) == date(2026, 6, 15)
    assert review_latest(date(2026, 11, 30)) == date(2027, 2, 28)


def test_registered_is_due_of_the_unit(city):
    filing = make_filing(city)
    assert obligations(f"filing:{filing.pk}") == {"R21": (city.unit.pk, 0, TODAY - DAY)}
    assert filing.late_on(TODAY) == 1
    file_it(city, filing)
    assert obligations(f"filing:{filing.pk}")["R21"][1] == 1


def test_not_to_be_filed_is_closed_with_its_ground(city):
    filing = make_filing(city, kind="routine")
    assert filing.state == "exempt"
    assert filing.late_on(TODAY) == 0
    assert not obligations(f"filing:{filing.pk}")
    with pytest.raises(ValidationError):
        file_it(city, filing)
    revised = services.filing_revise(by=filing.by, filing=filing, values=facts())
    assert revised.state == "pending"
    assert "R21" in obligations(f"filing:{filing.pk}")
    services.filing_remove(by=filing.by, filing=revised)
    assert not obligations(f"filing:{filing.pk}")


def test_the_whole_life(city):
    staff, other = city.user(Role.CITY_STAFF), second(city)
    filing = file_it(city, make_filing(city))
    returned = services.filing_return(by=staff, filing=filing, reason="缺少备案说明的依据")
    assert (returned.state, returned.filed_on) == ("pending", None)
    assert obligations(f"filing:{filing.pk}")["R21"][1] == 0
    filing = file_it(city, returned)
    review = services.filing_receive(by=staff, filing=filing, received_on=TODAY)
    assert obligations(review.subject) == {"V10": (city.root.pk, 0, TODAY + 30 * DAY)}
    services.review_extend(by=staff, filing=filing, due_on=TODAY + 60 * DAY, reason="情况复杂需要论证")
    assert obligations(review.subject)["V10"][2] == TODAY + 60 * DAY
    with pytest.raises(ValidationError, match="只能延长一次"):
        services.review_extend(by=staff, filing=filing, due_on=TODAY + 70 * DAY, reason="还要再延长")
    with pytest.raises(ValidationError, match="纠正期限"):
        services.review_decide(by=staff, filing=filing, outcome="refuse", opinion="与上位规定不一致", decided_on=TODAY)
    services.review_decide(
        by=staff,
        filing=filing,
        outcome="refuse",
        opinion="与上位规定不一致",
        decided_on=TODAY,
        correct_by=TODAY + 20 * DAY,
    )
    assert obligations(review.subject)["V10"][1] == 1
    assert obligations(review.subject)["V11"] == (city.unit.pk, 0, TODAY + 20 * DAY)
    again = services.filing_correct(by=filing.by, filing=filing, corrected_on=TODAY, correction="已修改第三条")
    assert obligations(review.subject)["V11"][1] == 1
    assert again.round == 2
    assert obligations(again.subject)["V10"][1] == 0
    services.review_decide(by=other, filing=filing, outcome="advise", opinion="建议完善第五条", decided_on=TODAY)
    filing.refresh_from_db()
    assert filing.state == "passed"
    assert AuditEvent.objects.filter(action__startswith="filing.").count() == 9 + 1


def test_nobody_reviews_what_they_filed(city):
    both = city.user(Role.CITY_STAFF)
    filing = file_it(city, make_filing(city, by=both), by=both)
    with pytest.raises(ValidationError, match="其他同志"):
        services.filing_receive(by=both, filing=filing, received_on=TODAY)
    services.filing_receive(by=second(city), filing=filing, received_on=TODAY)
    with pytest.raises(ValidationError, match="其他同志"):
        services.review_decide(by=both, filing=filing, outcome="pass", opinion="同意备案", decided_on=TODAY)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"issued_on": TODAY + DAY}, "issued_on"),
        ({"name": ""}, "name"),
        ({"name": "联系电话13800138000"}, "name"),
        ({"kind": "joint"}, "joint_issuers"),
        ({"kind": "odd"}, "kind"),
    ],
)
def test_bad_input_changes_nothing(city, changes, field):
    with pytest.raises(ValidationError) as error:
        make_filing(city, **changes)
    assert field in error.value.message_dict
    assert not Filing.objects.exists()


def test_number_once_and_units_only(city):
    make_filing(city)
    with pytest.raises(ValidationError, match="已经登记过"):
        make_filing(city)
    make_filing(city, unit=city.foreign_unit)
    with pytest.raises(ValidationError, match="由单位"):
        make_filing(city, unit=city.branch)


def test_the_database_refuses(city):
    filing = make_filing(city)
    for bad in (
        {"state": "filed"}, {"state": "exempt"}, {"kind": "routine"}, {"due_on": TODAY - 60 * DAY}, {"filed_on": TODAY},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Filing.objects.filter(pk=filing.pk).update(**bad)


def test_the_database_refuses_half_a_review(city):
    filing = file_it(city, make_filing(city))
    review = services.filing_receive(by=city.user(Role.CITY_STAFF), filing=filing, received_on=TODAY)
    for bad in ({"outcome": "pass"}, {"correct_by": TODAY}, {"corrected_on": TODAY}, {"due_on": TODAY - DAY}):
        with pytest.raises(IntegrityError), transaction.atomic():
            FilingReview.objects.filter(pk=review.pk).update(**bad)
    with pytest.raises(IntegrityError), transaction.atomic():
        FilingReview.objects.create(
            filing=filing, round=2, received_on=TODAY, received_by=review.received_by, due_on=TODAY + DAY
        )


def test_reconciled(city):
    make_filing(city, number="1", issued_on=date(TODAY.year, 1, 2))
    make_filing(city, number="2", issued_on=date(TODAY.year, 1, 2), kind="internal")
    file_it(city, make_filing(city, number="3", issued_on=TODAY))
    rows = {row.unit.pk: row for row in filings_reconciled(city.user(Role.CITY_STAFF), TODAY.year)}
    own = rows[city.unit.pk]
    assert (own.issued, own.exempt, own.due, own.filed, own.late, own.waiting) == (3, 1, 2, 1, 0, 1)
    assert rows[city.foreign_unit.pk].issued == 0
    assert [row.unit.pk for row in filings_reconciled(city.user(Role.UNIT_STAFF), TODAY.year)] == [city.unit.pk]
