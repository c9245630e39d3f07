"""The pages of 党费 as each reader sees them: entering, approving, marking, reading, taking out."""

from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal as D
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.roles import Role
from branches.forms import dues as forms
from branches.ledgers import dues as ledgers
from branches.models import DuesBase, DuesMonth, DuesPayment, DuesRelief, Member
from branches.selectors import dues_summary as summaries
from branches.selectors import dues_years
from branches.services import dues_bases, dues_imports, dues_payments, dues_reliefs
from branches.services.dues_rules import dues_rules_load
from branches.services.members import member_transfer
from branches.views import dues as views
from branches.views import dues_bases as base_views
from branches.views import dues_papers
from tests.branches.dues import YEAR, enter, open_year
from tests.factories import make_member, make_organisation

TODAY = date(2026, 8, 15)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(monkeypatch):
    modules = (forms, ledgers, dues_bases, dues_imports, dues_payments, dues_reliefs, views, base_views, dues_papers)
    for module in modules:
        monkeypatch.setattr(module, "local_today", lambda: TODAY)


@pytest.fixture
def opened(city):
    open_year(city)
    return city


@pytest.fixture
def secretary(opened):
    return opened.client(Role.BRANCH_SECRETARY)


@pytest.fixture
def staff(opened):
    return opened.client(Role.UNIT_STAFF)


def url(name, *args, **query):
    return reverse(f"branches:{name}", args=args, query=query or None)


def read(response):
    return b"".join(response.streaming_content)


def sheet(response):
    book = load_workbook(BytesIO(read(response)))
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


def collect(city, month, members=None, day=TODAY):
    return dues_payments.dues_collect(
        by=city.user(Role.BRANCH_SECRETARY),
        branch=city.branch,
        year=YEAR,
        month=month,
        member_ids={member.pk for member in members or city.members},
        paid_on=day,
    )


# From bases to money


def test_a_year_from_the_first_page_to_the_last(city):
    dues_rules_load()
    writer, approver = city.client(Role.BRANCH_SECRETARY), city.client(Role.UNIT_STAFF)
    page = writer.get(url("dues_bases", city.branch.pk))
    assert page.content.decode().count('name="base_') == 5
    data = {f"payer_{member.pk}": "monthly" for member in city.members}
    data |= {f"base_{member.pk}": "10000.01" for member in city.members}
    answer = writer.post(url("dues_bases", city.branch.pk, year=YEAR), {**data, "submit": "1"}, follow=True)
    assert "已报送核定" in answer.content.decode()
    home = approver.get(url("dues_home")).content.decode()
    assert "5项" in home
    page = approver.get(url("dues_approve", city.branch.pk))
    seen = page.context["form"].initial["seen"]
    back = DuesBase.objects.get(member=city.members[1])
    answer = approver.post(
        url("dues_approve", city.branch.pk),
        {"seen": seen, f"back_{back.pk}": "on", f"note_{back.pk}": "请核对津贴补贴"},
        follow=True,
    )
    assert "已核定4人，退回1人" in answer.content.decode()
    assert DuesMonth.objects.filter(due=200).count() == 48
    text = writer.get(url("dues_bases", city.branch.pk)).content.decode()
    assert "请核对津贴补贴" in text
    assert text.count('name="base_') == 1
    page = writer.get(url("dues_collect", city.branch.pk, year=YEAR, month=8))
    chosen = page.context["form"]["members"].initial
    answer = writer.post(
        url("dues_collect", city.branch.pk, year=YEAR, month=8),
        {"members": chosen[1:], "paid_on": "2026-08-15"},
        follow=True,
    )
    assert "已登记3人，共600.00元" in answer.content.decode()


def test_what_was_typed_stays_when_it_is_refused(city):
    dues_rules_load()
    writer = city.client(Role.BRANCH_SECRETARY)
    first, second = city.members[:2]
    data = {f"payer_{member.pk}": "monthly" for member in city.members} | {f"payer_{second.pk}": "farmer"}
    data |= {f"base_{first.pk}": "6000", f"base_{second.pk}": "88"}
    page = writer.post(url("dues_bases", city.branch.pk, year=YEAR), data)
    text = page.content.decode()
    assert "每月交纳数额应在0.20元至1.00元之间" in text
    assert 'value="6000"' in text
    assert not DuesBase.objects.exists()
    page = writer.post(url("dues_bases", city.branch.pk), data | {f"base_{second.pk}": "1.001"})
    assert "小数" in page.content.decode()


def test_last_year_is_prefilled(city):
    open_year(city, year=2025)
    page = city.client(Role.BRANCH_SECRETARY).get(url("dues_bases", city.branch.pk, year=YEAR)).content.decode()
    assert page.count('value="6000.00"') == 5
    assert "90.00" in page


def test_approval_without_a_note_is_refused_at_the_line(city):
    dues_rules_load()
    enter(city)
    client = city.client(Role.UNIT_STAFF)
    seen = client.get(url("dues_approve", city.branch.pk)).context["form"].initial["seen"]
    row = DuesBase.objects.first()
    page = client.post(url("dues_approve", city.branch.pk), {"seen": seen, f"back_{row.pk}": "on"})
    assert "请写明退回说明" in page.content.decode()
    assert not DuesBase.objects.filter(state="approved").exists()
    answer = client.post(url("dues_approve", city.branch.pk), {"seen": "0" * 64}, follow=True)
    assert "有变动" in answer.content.decode()


def test_pay_for_several_months_and_take_one_back(opened, secretary):
    member = opened.members[0]
    page = secretary.get(url("dues_pay", member.pk))
    assert len(page.context["form"]["months"].field.choices) == 12
    answer = secretary.post(
        url("dues_pay", member.pk),
        {"months": ["2026-1", "2026-2"], "extra": "100", "paid_on": "2026-08-15"},
        follow=True,
    )
    text = answer.content.decode()
    assert "已登记280.00元" in text
    assert "补交" in text
    assert "自愿多交" in text
    payment = DuesPayment.objects.get(month=1)
    page = secretary.post(url("dues_reverse", payment.pk), {"reason": "错"})
    assert "请写明冲正原因" in page.content.decode()
    answer = secretary.post(url("dues_reverse", payment.pk), {"reason": "登记错了月份"}, follow=True)
    assert "登记错了月份" in answer.content.decode()
    assert DuesMonth.objects.get(member=member, month=1, year=YEAR).paid == 0


def test_refused_payment_says_why_at_the_field(opened, secretary):
    member = opened.members[0]
    page = secretary.post(url("dues_pay", member.pk), {"months": ["2026-1"], "amount": "95", "paid_on": "2026-08-15"})
    assert "还应交90.00元" in page.content.decode()
    page = secretary.post(url("dues_pay", member.pk), {"months": ["2026-1"], "paid_on": "2026-08-16"})
    assert "不能晚于今天" in page.content.decode()
    page = secretary.post(url("dues_pay", member.pk), {"months": ["2019-1"], "paid_on": "2026-08-15"})
    assert "没有应交的余额" in page.content.decode()
    assert not DuesPayment.objects.exists()


def test_relief_goes_up_and_comes_back(opened, secretary, staff):
    member = opened.members[2]
    data = {
        "year": YEAR, "from_month": 3, "through_month": 6, "kind": "exempt", "reason": "hardship",
        "studied_on": "2026-08-10",
    }  # fmt: skip
    answer = secretary.post(url("dues_relief_propose", member.pk), data, follow=True)
    assert "待批准" in answer.content.decode()
    relief = DuesRelief.objects.get()
    assert "1项减免待上级" in staff.get(url("dues_ledger", opened.branch.pk)).content.decode()
    page = staff.post(url("dues_relief_decide", relief.pk), {"decision": "refuse"})
    assert "请写明不批准的原因" in page.content.decode()
    staff.post(url("dues_relief_decide", relief.pk), {"decision": "approve"})
    assert DuesMonth.objects.get(member=member, month=3, year=YEAR).due == 0
    staff.post(url("dues_relief_end", relief.pk), {"through_month": 4, "note": "情况好转"})
    assert DuesMonth.objects.get(member=member, month=5, year=YEAR).due == 90


def test_a_base_is_changed_from_a_month_on(opened, secretary):
    member = opened.members[0]
    data = {"year": YEAR, "from_month": 9, "payer": "retired", "base": "5000.01", "reason": "九月起退休"}
    answer = secretary.post(url("dues_base_change", member.pk), data, follow=True)
    text = answer.content.decode()
    assert "9月起：离退休，基数5000.01元，月应交50.00元" in text
    assert "待核定" in text


# Who sees what


def test_city_sees_units_and_nobody(opened):
    collect(opened, 8)
    client = opened.client(Role.CITY_STAFF)
    text = client.get(url("dues_home")).content.decode()
    assert "市档案整理中心" in text
    assert "450.00" in text
    assert "整理一科党支部" not in text
    assert not [member.name for member in opened.members if member.name in text]
    assert client.get(url("dues_ledger", opened.branch.pk)).status_code in (403, 404)
    rows = sheet(client.post(url("dues_summary_export")))
    assert [row[0] for row in rows[1:]] == ["市档案整理中心", "市园圃养护处", "合计"]


def test_unit_sees_its_branches_and_opens_each_figure(opened, staff):
    collect(opened, 8)
    text = staff.get(url("dues_home")).content.decode()
    assert "3600.00" in text  # five members, eight months
    assert "3150.00" in text  # seven months are over, nothing paid for them
    assert "养护科党支部" not in text
    listed = staff.get(url("dues_month_list"), {"year": YEAR, "org": opened.branch.pk, "state": "arrears"})
    assert listed.context["ledger"].count_text == "共 35 条"
    listed = staff.get(url("dues_month_list"), {"year": YEAR, "org": opened.branch.pk, "state": "begun"})
    assert listed.context["ledger"].count_text == "共 40 条"
    listed = staff.get(url("dues_payment_list"), {"year": YEAR, "org": opened.branch.pk, "kind": "dues"})
    assert listed.context["ledger"].count_text == "共 5 条"


def test_a_secretary_begins_in_the_ledger(opened, secretary):
    collect(opened, 1, opened.members[1:])
    page = secretary.get(url("dues_home"), follow=True)
    assert page.redirect_chain[0][0] == url("dues_ledger", opened.branch.pk, year=YEAR)
    text = page.content.decode()
    assert "登记8月交纳" in text
    assert "党章" in text


def test_the_hint_about_six_months_is_the_branchs_own(opened, staff, secretary):
    hint = "连续六个月没有登记党费"
    assert hint in secretary.get(url("dues_ledger", opened.branch.pk)).content.decode()
    assert hint not in staff.get(url("dues_ledger", opened.branch.pk)).content.decode()
    collect(opened, 5)
    assert hint not in secretary.get(url("dues_ledger", opened.branch.pk)).content.decode()


def test_a_member_sees_the_own_row_only(opened):
    collect(opened, 8)
    client = opened.client(Role.MEMBER)
    page = client.get(url("dues_home"), follow=True)
    text = page.content.decode()
    assert "我的党费" in text
    assert "90.00" in text
    assert "冲正" not in text
    assert not [member.name for member in opened.members[:4] if member.name in text]
    assert client.get(url("dues_person", opened.members[4].pk)).status_code == 403
    assert client.get(url("dues_payment_list")).status_code == 403


def test_an_account_without_a_member_is_told(opened):
    Member.objects.filter(pk=opened.members[4].pk).update(user=None)
    assert "没有对应的党员" in opened.client(Role.MEMBER).get(url("dues_own")).content.decode()


def test_the_old_branch_sees_what_was_paid_there_and_no_more(opened):
    member = opened.members[0]
    collect(opened, 1)
    member_transfer(by=opened.user(Role.UNIT_STAFF), member=member, target=opened.sibling, moved_on=date(2026, 6, 10))
    page = opened.client(Role.BRANCH_SECRETARY).get(url("dues_person", member.pk))
    cells = page.context["page"].line.cells
    assert sorted(cells) == [1, 2, 3, 4, 5, 6]


# The account


def test_the_account_names_nobody(opened):
    collect(opened, 8)
    collect(opened, 7, opened.members[:1])
    dues_payments.dues_pay(
        by=opened.user(Role.BRANCH_SECRETARY),
        branch=opened.branch,
        member=opened.members[1],
        months=[],
        paid_on=date(2026, 7, 1),
        extra=D(1000),
    )
    text = opened.client(Role.MEMBER).get(url("dues_account", opened.branch.pk)).content.decode()
    for fact in ("共收到党费1540.00元", "当月及预交450.00元", "补交以前月份90.00元", "自愿多交1000.00元", "党员5人"):
        assert fact in text
    assert not [member.name for member in opened.members if member.name in text]


def test_a_reversal_leaves_the_account_and_the_payers(opened):
    made = collect(opened, 8)
    dues_payments.dues_reverse(by=opened.user(Role.BRANCH_SECRETARY), payment=made[0], reason="登记错了人")
    account = summaries.dues_account(opened.branch, YEAR)
    assert (account.total.total, account.payers) == (360, 4)
    assert summaries.dues_account(opened.branch, 2025).total.total == 0


def test_the_account_as_sheet_and_document(opened, secretary):
    collect(opened, 8)
    rows = sheet(secretary.post(url("dues_account_export", opened.branch.pk), {"format": "xlsx"}))
    assert rows[0][0] == "整理一科党支部2026年度党费收缴情况"
    assert rows[-1][0] == "合计"
    assert D(str(rows[-1][4])) == 450
    answer = secretary.post(url("dues_account_export", opened.branch.pk), {"format": "docx"})
    content = read(answer)
    text = zipfile.ZipFile(BytesIO(content)).read("word/document.xml").decode()
    assert "450.00" in text
    assert not [member.name for member in opened.members if member.name in text]


# The ledger's sheet


def test_the_ledger_has_the_usual_headings(opened, secretary):
    collect(opened, 1)
    collect(opened, 8, opened.members[:1])
    rows = sheet(secretary.post(url("dues_ledger_export", opened.branch.pk)))
    assert rows[0][:9] == ["年份", "姓名", "人员类别", "计算基数", "核定日期", "比例", "月应交", "1月实交", "1月日期"]
    assert rows[0][-3:] == ["补交", "减免批准", "编号"]
    assert len(rows) == 6
    named = {row[1]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    row = named[opened.members[0].name]
    assert (row["计算基数"], row["比例"], row["月应交"], row["1月实交"]) == (6000, 0.015, 90, 90)
    assert (row["8月日期"], row["补交"]) == ("2026-08-15", 90)


@pytest.mark.parametrize(
    ("name", "rows"), [("dues_month_export", 61), ("dues_payment_export", 6), ("dues_relief_export", 1)]
)
def test_lists_are_taken_out(opened, staff, name, rows):
    collect(opened, 8)
    assert len(sheet(staff.post(url(name)))) == rows


@pytest.mark.parametrize("query", [{"year": "x"}, {"year": "9999", "month": "13"}, {"year": "-1"}, {"month": "٣"}])
def test_odd_years_and_months_fall_back_to_today(opened, secretary, query):
    page = secretary.get(url("dues_ledger", opened.branch.pk), query)
    assert (page.context["query"].year, page.context["query"].month) == (2026, 8)


# What it costs


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_ledger_costs_the_same(city, count, django_assert_num_queries):
    dues_rules_load()
    people = [make_member(city.sibling, f"蒋{number:02d}", birth_date=date(1980, 1, 1)) for number in range(count)]
    open_year(city, branch=city.sibling, members=people)
    client = city.client(Role.UNIT_STAFF)
    client.get(url("dues_home"))
    with django_assert_num_queries(11):
        client.get(url("dues_ledger", city.sibling.pk))


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_lists_cost_the_same(city, count, django_assert_num_queries):
    dues_rules_load()
    people = [make_member(city.branch, f"蒋{number:02d}") for number in range(count)]
    open_year(city, members=people)
    collect(city, 8, people)
    client = city.client(Role.UNIT_STAFF)
    client.get(url("dues_home"))
    for name in ("dues_month_list", "dues_payment_list", "dues_relief_list"):
        with django_assert_num_queries(7):
            client.get(url(name), {"org": city.branch.pk, "month": 8})


@pytest.mark.parametrize("role", [Role.UNIT_STAFF, Role.CITY_STAFF])
def test_the_sums_cost_the_same_however_many_branches(opened, role, django_assert_num_queries):
    user = opened.user(role)
    user.scope("dues.summary")
    for count in (20, 40):
        with django_assert_num_queries(5):
            found = summaries.dues_summary(user, YEAR, TODAY)
        assert len(found.rows) == (2 if role == Role.CITY_STAFF else count - 18)
        for number in range(20):
            make_organisation(opened.committee, "branch", f"第{count + number}党支部")


def test_sums_of_the_city_are_those_of_its_branches(opened):
    collect(opened, 8)
    open_year(opened, members=opened.foreign_members, branch=opened.foreign, base="12000")
    city = summaries.dues_summary(opened.user(Role.CITY_STAFF), YEAR, TODAY)
    branches = [dues_years.branch_year(branch, YEAR, TODAY).totals for branch in (opened.branch, opened.foreign)]
    for name in ("due", "paid", "arrears", "extra", "relieved"):
        assert getattr(city.total, name) == sum(getattr(totals, name) for totals in branches)
        assert getattr(city.rows[1].sums, name) == getattr(branches[1], name)
