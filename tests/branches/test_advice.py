"""The advice list (O6): each rule at its limits, the page, the sheet, the reader's reach, the cost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse

from accounts.roles import Role
from branches.choices import OrganisationKind, PostKind
from branches.models import AdviceRule, Member, Organisation, Post
from branches.policy.advice import Facts, Limits, judge, months_between
from branches.selectors.advice import AdviceQuery, advice_findings, organisation_findings
from branches.services.advice_rules import advice_rules_load
from core.models import AuditEvent
from core.workbooks.reader import read_sheet
from tests.factories import make_member, make_organisation

TODAY = date(2026, 7, 1)


def limits(threshold=None, minimum=None, maximum=None):
    return Limits(
        threshold, None if minimum is None else Decimal(minimum), None if maximum is None else Decimal(maximum)
    )


@pytest.mark.parametrize(
    ("measure", "rule", "facts", "found"),
    [
        ("full_members", limits(None, 3), Facts(full=3), None),
        ("full_members", limits(None, 3), Facts(full=2, probationary=9), ("正式党员2人", "少1人")),
        ("members", limits(None, None, 50), Facts(full=45, probationary=5), None),
        ("members", limits(None, None, 50), Facts(full=45, probationary=6), ("党员51人", "多1人")),
        ("members", limits(None, 50, 99), Facts(full=49), ("党员49人", "少1人")),
        ("members", limits(None, 50, 99), Facts(full=99), None),
        ("members", limits(None, 50, 99), Facts(full=100), ("党员100人", "多1人")),
        ("committee_needed", limits(7, 3, 7), Facts(full=6), None),
        ("committee_needed", limits(7, 3, 7), Facts(full=7), ("正式党员7人，没有登记委员", "少3人")),
        ("committee_needed", limits(7, 3, 7), Facts(full=7, seats=2), ("正式党员7人，委员2人", "少1人")),
        ("committee_needed", limits(7, 3, 7), Facts(full=30, seats=7), None),
        ("committee_needed", limits(7, 3, 7), Facts(full=30, seats=8), ("正式党员30人，委员8人", "多1人")),
        ("committee_usual", limits(7, None, 5), Facts(full=30, seats=5), None),
        ("committee_usual", limits(7, None, 5), Facts(full=30, seats=6), ("正式党员30人，委员6人", "多1人")),
        ("committee_needless", limits(7, None, 2), Facts(full=6, seats=2), None),
        ("committee_needless", limits(7, None, 2), Facts(full=6, seats=3), ("正式党员6人，委员3人", "多1人")),
        ("committee_needless", limits(7, None, 2), Facts(full=7, seats=3), None),
        ("discipline_committee", limits(), Facts(), ("没有登记机关纪委", "")),
        ("discipline_committee", limits(), Facts(has_discipline=True), None),
        ("discipline_secretary", limits(), Facts(), None),
        ("discipline_secretary", limits(), Facts(has_discipline=True), ("没有登记机关纪委书记", "")),
        (
            "discipline_secretary",
            limits(),
            Facts(has_discipline=True, discipline_head=1, deputies=frozenset({2})),
            ("机关纪委书记没有兼任机关党委副书记", ""),
        ),
        (
            "discipline_secretary",
            limits(),
            Facts(has_discipline=True, discipline_head=1, deputies=frozenset({1})),
            None,
        ),
        ("party_staff", limits(None, 1, 2), Facts(), None),
        ("party_staff", limits(None, 1, 2), Facts(staff=300), None),
        ("party_staff", limits(None, 1, 2), Facts(staff=300, party_staff=3), None),
        ("party_staff", limits(None, 1, 2), Facts(staff=300, party_staff=6), None),
        (
            "party_staff",
            limits(None, 1, 2),
            Facts(staff=300, party_staff=2),
            ("工作人员300人，专职党务2人，占0.7%", "少1人"),
        ),
        (
            "party_staff",
            limits(None, 1, 2),
            Facts(staff=300, party_staff=7),
            ("工作人员300人，专职党务7人，占2.3%", "多1人"),
        ),
        ("party_staff", limits(None, 1, 2), Facts(staff=30, party_staff=1), None),
        ("secretary_age", limits(None, 12), Facts(), None),
        ("secretary_age", limits(None, 12), Facts(secretary_months=12), None),
        ("secretary_age", limits(None, 12), Facts(secretary_months=11), ("书记党龄11个月", "差1个月")),
    ],
)
def test_each_rule_at_its_limits(measure, rule, facts, found):
    misfit = judge(measure, rule, facts)
    assert (None if misfit is None else (misfit.figure, misfit.gap)) == found


def test_months_are_whole():
    assert months_between(date(2025, 7, 1), TODAY) == 12
    assert months_between(date(2025, 7, 2), TODAY) == 11
    assert months_between(date(2026, 7, 2), TODAY) == -1


@pytest.fixture
def rules(db):
    return advice_rules_load()


def told(findings):
    return [(item.subject.short_name, item.rule.code, item.misfit.figure) for item in findings]


@pytest.mark.django_db
def test_rules_are_dated_rows_with_their_source(rules):
    assert len(rules) == 11
    assert advice_rules_load() == []
    assert {rule.code for rule in rules} == {"R01", "R02", "R14", "R15", "R16", "R17"}
    assert all(rule.source and rule.article for rule in rules)
    changed = {
        "code": "R01", "measure": "members", "kind": "branch", "title": "党支部规模", "level": "warn",
        "threshold": None, "minimum": None, "maximum": 60, "statement": "试", "remedy": "试", "source": "试",
        "article": "", "valid_from": "2026-08-01",
    }  # fmt: skip
    advice_rules_load(rows=[changed])
    assert AdviceRule.objects.filter(code="R01", measure="members").count() == 2
    assert AuditEvent.objects.filter(action="advice.load").count() == 12


@pytest.mark.django_db
def test_what_the_city_is_told(city, rules):
    Organisation.objects.filter(pk=city.unit.pk).update(staff_count=300, party_staff_count=2)
    newcomer = city.members[0]
    Member.objects.filter(pk=newcomer.pk).update(joined_on=date(2024, 9, 1), confirmed_on=date(2025, 9, 1))
    findings = advice_findings(city.user(Role.CITY_STAFF), AdviceQuery(), TODAY)
    assert told(findings) == [
        ("市档案整理中心", "R16", "工作人员300人，专职党务2人，占0.7%"),
        ("市档案整理中心机关党委", "R14", "党员8人"),
        ("市档案整理中心机关党委", "R15", "没有登记机关纪委"),
        ("整理一科党支部", "R02", "正式党员5人，委员3人"),
        ("整理一科党支部", "R17", "书记党龄10个月"),
    ]
    assert [item.subject.unit for item in findings][:2] == ["", "市档案整理中心"]


@pytest.mark.django_db
def test_discipline_secretary_must_be_a_deputy(city, rules):
    Organisation.objects.filter(pk=city.committee.pk).update(discipline_since=date(2026, 1, 1))
    head = city.members[0]
    place = {"organisation": city.committee, "member": head, "starts_on": date(2026, 1, 1)}
    Post.objects.create(kind=PostKind.DISCIPLINE_SECRETARY, **place)
    found = [item.misfit.figure for item in organisation_findings(city.committee, TODAY) if item.rule.code == "R15"]
    assert found == ["机关纪委书记没有兼任机关党委副书记"]
    Post.objects.create(kind=PostKind.DEPUTY_SECRETARY, **place)
    assert [item.rule.code for item in organisation_findings(city.committee, TODAY)] == ["R14"]


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"type_code": "931"}, {"status": "abolished", "ended_on": TODAY}])
def test_temporary_and_ended_ones_are_not_judged(city, rules, change):
    assert organisation_findings(city.branch, TODAY) != []
    Organisation.objects.filter(pk=city.branch.pk).update(**change)
    assert organisation_findings(city.branch, TODAY) == []


@pytest.mark.django_db
def test_a_committee_of_eight_is_told_once(city, rules):
    branch = make_organisation(city.committee, OrganisationKind.BRANCH, "大支部")
    for number in range(8):
        member = make_member(branch, f"委员{number}")
        Post.objects.create(
            organisation=branch, member=member, kind=PostKind.COMMITTEE_MEMBER, starts_on=date(2026, 1, 1)
        )
    found = [(item.rule.code, item.rule.level) for item in organisation_findings(branch, TODAY)]
    assert found == [("R02", "warn")]


def url(name, query=""):
    return reverse(f"branches:{name}") + query


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (Role.BRANCH_SECRETARY, {"整理一科党支部"}),
        (Role.UNIT_STAFF, {"整理一科党支部", "市档案整理中心机关党委"}),
        (Role.CITY_STAFF, {"整理一科党支部", "市档案整理中心机关党委", "养护科小支部"}),
    ],
)
def test_everyone_sees_and_exports_his_own(city, rules, role, seen):
    make_organisation(city.foreign_unit, OrganisationKind.BRANCH, "养护科小支部")
    client = city.client(role)
    page = client.get(url("advice_list"))
    assert {item.subject.short_name for item in page.context["page"].object_list} == seen
    rows = read_sheet(BytesIO(b"".join(client.post(url("advice_export")).streaming_content))).rows
    assert {row[1] for row in rows} - {"党组织"} == seen
    assert AuditEvent.objects.filter(action="export.create").count() == 1


@pytest.mark.django_db
def test_filters_narrow_and_say_what_is_wrong(city, rules):
    client = city.client(Role.CITY_STAFF)

    def codes(query):
        return [item.rule.code for item in client.get(url("advice_list", query)).context["page"].object_list]

    assert codes("") == ["R14", "R15", "R02"]
    assert codes("?rule=R14") == ["R14"]
    assert codes("?level=info") == []
    assert codes(f"?org={city.branch.pk}") == ["R02"]
    assert codes("?q=整理一科") == ["R02"]
    for query in ("?rule=R99", "?level=x", "?org=999999", "?q=" + "长" * 51):
        page = client.get(url("advice_list", query))
        assert "已忽略" in page.content.decode()
        assert client.post(url("advice_export", query)).status_code == 400
    unit = city.client(Role.UNIT_STAFF).get(url("advice_list", f"?org={city.foreign.pk}"))
    assert "不在您的查看范围内" in unit.content.decode()


@pytest.mark.django_db
def test_figures_open_to_their_records(city, rules):
    empty = make_organisation(city.foreign_unit, OrganisationKind.BRANCH, "养护科小支部")
    page = city.client(Role.CITY_STAFF).get(url("advice_list")).content.decode()
    assert f"{reverse('branches:member_list')}?org={empty.pk}&amp;category=full" in page
    assert f"{reverse('branches:organisation_detail', args=[city.branch.pk])}#posts" in page
    own = city.client(Role.UNIT_STAFF).get(reverse("branches:organisation_detail", args=[city.branch.pk]))
    assert "设置建议：" in own.content.decode()
    assert 'id="posts"' in own.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_list_costs_six_queries_however_long(city, rules, count, django_assert_num_queries):
    for number in range(count):
        make_organisation(city.foreign_unit, OrganisationKind.BRANCH, f"第{number}支部")
    user = city.user(Role.CITY_STAFF)
    user.scope("branch.view")
    with django_assert_num_queries(6):
        findings = advice_findings(user, AdviceQuery(), TODAY)
    assert len(findings) == count + 3
