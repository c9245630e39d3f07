"""Pages of the outreach wing: from the tap to the row; owner, colleague, reader and stranger; lists cost the same."""

from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from accounts.roles import Role
from branches.models import Obligation, Organisation
from core.calendar import local_today
from core.models import AuditEvent
from outreach.models import (
    Brand,
    FusionFigure,
    FusionProject,
    Pairing,
    PairingNeed,
    Pledge,
    ReportedCommunity,
    ServiceActivity,
    VanguardPost,
    VillagePosting,
)
from outreach.selectors.search import SOURCES
from outreach.services import brands as brand_services
from outreach.services import pledges as pledge_services
from outreach.services.pairings import need_add
from reports.selectors.home import home_for
from tests.factories import make_meeting
from tests.outreach.conftest import BRAND, PROJECT, TODAY, make_brand, make_pairing, make_posting, make_project, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]
LAST = f"{TODAY.year}-12-31"


def sheet(answer):
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    rows = load_workbook(BytesIO(content), read_only=True).worksheets[0].iter_rows(values_only=True)
    return " ".join(str(cell) for row in rows for cell in row if cell is not None)


# --- brands ----------------------------------------------------------------------------------------------------------


def test_brand_from_declaration_to_name(city, owner, reviewer, client):
    answer = owner.post("/outreach/brands/new/", {**BRAND, "declared_year": TODAY.year})
    brand = Brand.objects.get()
    assert answer.url == f"/outreach/brands/{brand.pk}/"
    assert "添加任务" in text(owner.get(answer.url))
    client.force_login(reviewer, backend="django.contrib.auth.backends.ModelBackend")
    assert "党建品牌待审核" in text(client.get("/"))
    for state in ("nurturing", "guided", "accepted"):
        client.post(f"/outreach/brands/{brand.pk}/decide/{state}/", {"held_on": TODAY, "opinion": "同意"})
    url = f"/outreach/brands/{brand.pk}/decide/recognised/"
    page = text(client.post(url, {"held_on": TODAY, "opinion": "打了很久的意见"}))
    assert "认定须写明批准机关" in page
    assert "打了很久的意见" in page
    post = {"held_on": TODAY, "opinion": "同意", "naming_organ": "市委", "naming_number": "云委〔2026〕8号"}
    client.post(url, post)
    brand.refresh_from_db()
    assert (brand.state, brand.naming_number) == ("recognised", "云委〔2026〕8号")
    assert "云委〔2026〕8号" in text(owner.get(f"/outreach/brands/{brand.pk}/"))
    assert "云委〔2026〕8号" in sheet(owner.post("/outreach/brands/export/"))


def test_refused_brand_keeps_what_was_typed(city, owner):
    page = text(
        owner.post("/outreach/brands/new/", {**BRAND, "declared_year": TODAY.year, "meaning": "电话13800138000"})
    )
    assert "不要写手机号码" in page
    assert "电话13800138000" in page
    assert not Brand.objects.exists()


def test_author_sees_no_decision(city, staff):
    client = city.client(Role.UNIT_STAFF)
    brand = make_brand(city, staff, organisation=city.unit)
    page = text(client.get(f"/outreach/brands/{brand.pk}/"))
    assert "审核须由其他人办理" in page
    assert "decide/" not in page
    post = {"held_on": TODAY, "opinion": "同意"}
    page = text(client.post(f"/outreach/brands/{brand.pk}/decide/nurturing/", post))
    assert "不能审核自己填写" in page


def test_who_meets_a_brand(city, owner, secretary):
    brand = make_brand(city, secretary)
    url = f"/outreach/brands/{brand.pk}/"
    assert city.client(Role.MEMBER).get(url).status_code == 200
    assert city.client(Role.MEMBER).get(f"{url}update/").status_code == 403
    assert owner.get(f"{url}decide/nurturing/").status_code == 403
    assert city.client(Role.CITY_STAFF).get(f"{url}decide/nurturing/").status_code == 200
    other = make_brand(city, secretary, organisation=city.foreign)
    assert owner.get(f"/outreach/brands/{other.pk}/").status_code == 404


# --- posts and pledges -----------------------------------------------------------------------------------------------


def test_pledge_on_the_members_phone_and_the_secretarys(city, owner):
    member = city.client(Role.MEMBER)
    assert "写" in text(member.get("/outreach/vanguard/pledges/mine/"))
    post = {"content_1": "每月读一本书", "category_1": "study", "due_on_1": LAST}
    post |= {
        f"{name}_{n}": value
        for n in range(2, 6)
        for name, value in (("content", ""), ("category", "work"), ("due_on", LAST))
    }
    answer = member.post("/outreach/vanguard/pledges/write/", post)
    assert answer.status_code == 302, text(answer)
    pledge = Pledge.objects.get()
    assert pledge.member == city.members[4]
    assert "每月读一本书" in text(owner.get("/outreach/vanguard/pledges/review/"))
    refused = text(owner.post("/outreach/vanguard/pledges/review/", {f"decision-{pledge.pk}": "return"}))
    assert "退回的须写明原因" in refused
    owner.post("/outreach/vanguard/pledges/review/", {f"decision-{pledge.pk}": "agree"})
    item = pledge.items.get()
    member.post(f"/outreach/vanguard/pledges/{pledge.pk}/progress/", {f"progress_{item.pk}": "读到第三本"})
    assert "读到第三本" in text(member.get(f"/outreach/vanguard/pledges/{pledge.pk}/"))
    log = make_meeting(city.branch, TODAY)
    judged = {"held_on": TODAY, "meeting": log.pk, "year": TODAY.year, f"result-{pledge.pk}-{item.pk}": "partly"}
    owner.post("/outreach/vanguard/pledges/judge/", judged)
    pledge.refresh_from_db()
    assert (pledge.state, pledge.meeting) == ("judged", log)
    assert "部分兑现" in sheet(owner.post("/outreach/vanguard/pledges/export/"))


def test_secretary_enters_for_who_has_no_account(city, owner):
    post = {"member": city.members[0].pk, "content_1": "帮带一名新党员", "category_1": "work", "due_on_1": LAST}
    post |= {f"{name}_{n}": value for n in range(2, 6) for name, value in (("category", "work"), ("due_on", LAST))}
    owner.post("/outreach/vanguard/pledges/enter/", post)
    assert Pledge.objects.get().member == city.members[0]
    page = text(owner.post("/outreach/vanguard/pledges/enter/", post))
    assert "没有保存" in page


def test_unpublished_pledge_is_out_of_sight(city, secretary, owner):
    item = pledge_services.ItemData("work", "还没有公诺的话", local_today().replace(month=12, day=31))
    pledge = pledge_services.pledge_write(by=secretary, member=city.members[0], year=TODAY.year, items=[item])
    for client in (city.client(Role.MEMBER), city.client(Role.UNIT_STAFF)):
        assert client.get(f"/outreach/vanguard/pledges/{pledge.pk}/").status_code == 404
        assert "还没有公诺的话" not in text(client.get("/outreach/vanguard/pledges/"))
    assert "还没有公诺的话" in text(owner.get("/outreach/vanguard/pledges/"))


def test_vanguard_post_pages(city, owner):
    post = {
        "title": "窗口先锋岗",
        "standard": "首问负责",
        "shown_on": TODAY,
        "holder": city.members[0].pk,
        "team": "甲班",
    }
    assert "只取其一" in text(owner.post("/outreach/vanguard/new/", post))
    owner.post("/outreach/vanguard/new/", {**post, "team": ""})
    found = VanguardPost.objects.get()
    owner.post(f"/outreach/vanguard/{found.pk}/review/", {"grade": "met", "held_on": TODAY, "opinion": ""})
    assert "达到标准" in text(owner.get(f"/outreach/vanguard/{found.pk}/"))
    owner.post(f"/outreach/vanguard/{found.pk}/withdraw/", {"withdrawn_on": TODAY, "reason": "调整"})
    assert "已撤销" in text(owner.get("/outreach/vanguard/?standing=withdrawn"))


# --- service, pairings, postings -------------------------------------------------------------------------------------


def test_service_is_taken_from_the_theme_day(city, owner, secretary):
    ReportedCommunity.objects.create(organisation=city.branch, name="向阳社区", starts_on=TODAY, by=secretary)
    log = make_meeting(city.branch, TODAY - timedelta(days=3), kind="theme_day", title="清洁家园")
    assert "清洁家园" in text(owner.get("/outreach/service/new/"))
    form = owner.get(f"/outreach/service/new/?meeting={log.pk}").context["form"]
    assert form.initial | {} == {"community": "向阳社区", "purpose": "清洁家园", "participants": 5}
    assert "held_on" not in form.fields
    owner.post(f"/outreach/service/new/?meeting={log.pk}", {**form.initial, "result": "清运3车"})
    row = ServiceActivity.objects.get()
    assert (row.meeting, row.held_on, row.people.count()) == (log, log.held_on, 5)
    page = text(owner.get(f"/outreach/service/{row.pk}/"))
    assert f"/meetings/{log.pk}/" in page
    assert "清洁家园" not in text(owner.get("/outreach/service/new/"))
    assert owner.post(f"/outreach/service/{row.pk}/remove/").status_code == 302
    assert AuditEvent.objects.filter(action="volunteer.remove").exists()


def test_need_becomes_a_duty_and_opens_from_it(city, owner, secretary):
    pairing = make_pairing(city, secretary)
    post = {"need": "饮水管道老化", "deed": "", "noted_on": TODAY, "due_on": TODAY + timedelta(days=3)}
    owner.post(f"/outreach/service/pairings/{pairing.pk}/needs/new/", post)
    need = PairingNeed.objects.get()
    row = Obligation.objects.get(requirement__code="S04")
    assert f"/outreach/service/needs/{need.pk}/" in text(owner.get(f"/obligations/{row.pk}/"))
    assert "饮水管道老化" in text(owner.get("/"))
    assert home_for(secretary, TODAY)
    done = {"done_on": TODAY, "deed": "换管", "result": "换管200米", "satisfaction": "satisfied"}
    owner.post(f"/outreach/service/needs/{need.pk}/done/", done)
    row.refresh_from_db()
    assert row.done == 1
    assert "满意" in text(owner.get(f"/outreach/service/pairings/{pairing.pk}/"))
    assert "换管200米" in sheet(owner.post("/outreach/service/needs/export/"))


def test_pairing_page_says_what_is_not_kept(city, owner):
    page = text(owner.get("/outreach/service/pairings/new/"))
    assert "不写群众的姓名、住址" in page
    assert 'value="联系户1"' in page


def test_posting_pages(city):
    client = city.client(Role.UNIT_STAFF)
    post = {
        "member": city.members[2].pk, "village": "清水村", "role": "first_secretary",
        "starts_on": TODAY - timedelta(days=30), "ends_on": TODAY + timedelta(days=300),
    }  # fmt: skip
    assert "任期止须晚于" in text(
        client.post("/outreach/service/postings/new/", {**post, "ends_on": TODAY - timedelta(days=90)})
    )
    client.post("/outreach/service/postings/new/", post)
    posting = VillagePosting.objects.get()
    url = f"/outreach/service/postings/{posting.pk}/"
    assert "任期不满2年" in text(client.get(url))
    year = {"year": TODAY.year, "plan": "修水渠", "funds": "30000", "year_grade": "优秀", "graded_by": "市委组织部"}
    client.post(f"{url}years/{TODAY.year}/", year)
    assert "修水渠" in text(client.get(url))
    client.post(f"{url}finish/", {"finished_on": TODAY, "handover": "已移交"})
    assert "已离任" in text(client.get(url))
    assert city.client(Role.BRANCH_SECRETARY).get(url).status_code == 403
    assert city.client(Role.CITY_STAFF).get(url).status_code == 200


# --- fusion ----------------------------------------------------------------------------------------------------------


def test_fusion_pages(city, owner, staff):
    post = {name: value for name, value in PROJECT.items() if value is not None}
    owner.post("/outreach/fusion/new/", post)
    project = FusionProject.objects.get()
    url = f"/outreach/fusion/{project.pk}/"
    figure = {"name": "平均等候", "unit": "分钟", "base_value": "20", "base_on": TODAY, "now_value": "8"}
    assert "要一起填" in text(owner.post(f"{url}figures/new/", figure))
    owner.post(f"{url}figures/new/", {**figure, "now_on": TODAY})
    assert "-60.0%" in text(owner.get(url))
    assert "-60.0%" in sheet(owner.post("/outreach/fusion/figures/export/"))
    assert "必填" in text(owner.post(f"{url}move/stopped/", {"result": ""}))
    owner.post(f"{url}move/ongoing/", {"result": ""})
    project.refresh_from_db()
    assert project.state == "ongoing"
    assert f"?tag={project.tags.through.objects.count()}" not in text(owner.get("/outreach/fusion/tags/"))
    assert FusionFigure.objects.get().now_value == 8


def test_tags_are_edited_where_the_right_is(city, owner):
    assert owner.get("/outreach/fusion/tags/").status_code == 200
    assert owner.get("/outreach/fusion/tags/new/").status_code == 403
    admin = city.client(Role.SYSTEM_ADMIN)
    admin.post("/outreach/fusion/tags/new/", {"group": "other", "name": "本市重点", "source": "", "is_active": "on"})
    assert "本市重点" in text(admin.get("/outreach/fusion/tags/"))


def test_search_finds_names_within_reach(city, secretary):
    make_brand(city, secretary, name="暖心查档")
    make_project(city, secretary, title="暖心查档进社区")
    make_brand(city, secretary, organisation=city.foreign, name="暖心园圃")
    found = [hit.title for source in SOURCES for hit in source.find(secretary, "暖心", 7)]
    assert found == ["暖心查档", "暖心查档进社区"]


# --- lists -----------------------------------------------------------------------------------------------------------


def fill(city, by, url, number):
    day = TODAY - timedelta(days=number)
    if "brands" in url:
        place = Organisation.objects.get(pk=city.branch.pk)
        brand = make_brand(city, by, organisation=place, name=f"品牌{number}")
        brand_services.brand_exit(by=by, brand=brand, held_on=TODAY, reason="换")
    elif "pledges" in url:
        pledge, _ = Pledge.objects.get_or_create(
            member=city.members[0],
            year=TODAY.year,
            organisation=city.branch,
            state="published",
            published_on=TODAY,
            by=by,
        )
        pledge.items.create(number=number, category="work", content=f"第{number}件", due_on=TODAY)
    elif "vanguard" in url:
        VanguardPost.objects.create(
            organisation=city.branch, title=f"岗{number}", team="班", standard="好", shown_on=day, by=by
        )
    elif "communities" in url:
        ReportedCommunity.objects.create(
            organisation=city.branch, name=f"社区{number}", starts_on=day, ends_on=day, by=by
        )
    elif "pairings" in url:
        Pairing.objects.create(organisation=city.branch, kind="village", village=f"村{number}", starts_on=day, by=by)
    elif "needs" in url:
        pairing = Pairing.objects.first() or make_pairing(city, by)
        need_add(by=by, pairing=pairing, values={"need": f"事{number}", "noted_on": TODAY, "due_on": None, "deed": ""})
    elif "figures" in url:
        project = FusionProject.objects.first() or make_project(city, by)
        FusionFigure.objects.create(project=project, name=f"指标{number}", unit="个", base_value=1, base_on=TODAY)
    elif "fusion" in url:
        make_project(city, by, title=f"项目{number}")
    else:
        ServiceActivity.objects.create(
            organisation=city.branch, held_on=day, purpose=f"活动{number}", participants=3, by=by
        )


LISTS = {
    "/outreach/brands/": 5,
    "/outreach/vanguard/": 5,
    "/outreach/vanguard/pledges/": 5,
    "/outreach/service/": 5,
    "/outreach/service/communities/": 5,
    "/outreach/service/pairings/": 5,
    "/outreach/service/needs/": 5,
    "/outreach/fusion/": 6,
    "/outreach/fusion/figures/": 6,
}


@pytest.mark.parametrize(("url", "queries"), LISTS.items())
def test_lists_cost_the_same_for_one_three_and_fifty(city, owner, secretary, url, queries, django_assert_num_queries):
    owner.get(url)
    done = 0
    for wanted in (1, 3, 50):
        for number in range(done, wanted):
            fill(city, secretary, url, number)
        done = wanted
        with django_assert_num_queries(queries):
            owner.get(url)


def test_postings_cost_the_same(city, staff, django_assert_num_queries):
    client = city.client(Role.UNIT_STAFF)
    client.get("/outreach/service/postings/")
    people = [*city.members, *city.sibling_members]
    for wanted in (people[:1], people[1:3], people[3:]):
        for member in wanted:
            make_posting(city, staff, member=member)
        with django_assert_num_queries(5):
            client.get("/outreach/service/postings/")
