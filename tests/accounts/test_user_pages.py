"""The administrators' pages about accounts and roles, and the business side's proposals."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import Posting, PostingProposal, SignIn, User
from accounts.roles import Capability, Role
from core.calendar import local_today
from core.models import AuditEvent
from tests.conftest import City
from tests.factories import PASSWORD, make_user

NEW = "Qingfeng-Xulai-7788"


def body(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_new_account_from_creation_to_first_password(city: City) -> None:
    client = city.client(Role.SYSTEM_ADMIN)
    page = client.post(reverse("accounts:user_create"), {"username": "yanqing", "name": "严清", "email": ""})
    user = User.objects.get(username="yanqing")
    password = page.content.decode().split('id="initial-password">')[1].split("<")[0].replace("&amp;", "&")
    assert user.check_password(password)
    assert "no-store" in page["Cache-Control"]
    assert password not in body(client, "accounts:user_detail", user.pk)
    own = Client()
    assert own.post("/login/", {"username": "yanqing", "password": password}).status_code == 302
    assert own.get("/account/")["Location"] == reverse("accounts:password_change")
    fields = {"old_password": password, "new_password": NEW, "repeated": NEW}
    assert own.post(reverse("accounts:password_change"), fields).status_code == 302
    assert own.get("/account/").status_code == 403
    assert own.get(reverse("accounts:password_change")).status_code == 200


def test_a_taken_name_is_told(city: City) -> None:
    client = city.client(Role.SYSTEM_ADMIN)
    taken = city.user(Role.MEMBER).username
    page = client.post(reverse("accounts:user_create"), {"username": taken, "name": "某某"}).content.decode()
    assert "用户名" in page
    assert User.objects.filter(username=taken).count() == 1
    assert "is-invalid" in page


def test_the_list_filters(city: City) -> None:
    make_user(Role.BRANCH_SECRETARY, city.branch, "guzhong", name="顾中")
    make_user(None, None, "tingyong", name="停用者", is_active=False)
    client = city.client(Role.SECURITY_ADMIN)
    assert "顾中" in body(client, "accounts:user_list")
    assert "顾中" not in body(client, "accounts:user_list", q="停用")
    assert "停用者" not in body(client, "accounts:user_list", active="1")
    found = body(client, "accounts:user_list", role=Role.BRANCH_SECRETARY)
    assert "顾中" in found
    assert "停用者" not in found


@pytest.mark.parametrize("count", [1, 3, 50])
@pytest.mark.parametrize(
    ("name", "role", "queries"),
    [
        ("accounts:user_list", Role.SYSTEM_ADMIN, 5),
        ("accounts:posting_list", Role.SECURITY_ADMIN, 5),
        ("accounts:proposal_list", Role.SECURITY_ADMIN, 5),
    ],
)
def test_queries_of_the_lists(
    city: City, django_assert_num_queries, name: str, role: Role, queries: int, count: int
) -> None:
    """Session, user, postings, rows, unread notices."""
    client, staff = city.client(role), city.user(Role.UNIT_STAFF)
    for _ in range(count):
        user = make_user(Role.MEMBER, city.branch, name="清点")
        PostingProposal.objects.create(
            user=user, organisation=city.branch, role=Role.BRANCH_SECRETARY, reason="换届", proposed_by=staff
        )
    with django_assert_num_queries(queries):
        page = client.get(reverse(name), {"q": "清点"}).content.decode()
    assert page.count("清点</") == count


def test_acts_need_a_reason(city: City) -> None:
    client, person = city.client(Role.SECURITY_ADMIN), make_user(None, None)
    for name in ("user_disable", "user_sessions_end", "user_factor_reset"):
        client.post(reverse(f"accounts:{name}", args=[person.pk]))
    person.refresh_from_db()
    assert person.is_active
    assert not AuditEvent.objects.exists()
    client.post(reverse("accounts:user_disable", args=[person.pk]), {"reason": "离职"})
    person.refresh_from_db()
    assert not person.is_active
    client.post(reverse("accounts:user_enable", args=[person.pk]), {"reason": "返聘"})
    person.refresh_from_db()
    assert person.is_active


def test_all_sessions_of_another_ended(city: City) -> None:
    theirs = city.client(Role.BRANCH_SECRETARY)
    person = city.user(Role.BRANCH_SECRETARY)
    url = reverse("accounts:user_sessions_end", args=[person.pk])
    city.client(Role.SECURITY_ADMIN).post(url, {"reason": "疑似盗用"})
    assert theirs.get("/account/").status_code == 302
    assert not SignIn.objects.filter(user=person).exists()


def test_a_reset_link_by_hand(city: City) -> None:
    person = make_user(Role.BRANCH_SECRETARY, city.branch, "fangyuan")
    page = city.client(Role.SYSTEM_ADMIN).post(reverse("accounts:user_reset_link", args=[person.pk]))
    link = page.content.decode().split('value="http://testserver')[1].split('"')[0]
    stranger = Client()
    landing = stranger.get(link)
    assert landing.status_code == 302
    assert landing["Location"].endswith("/set/")
    assert "fangyuan" in stranger.get(landing["Location"]).content.decode()
    weak = stranger.post(landing["Location"], {"new_password": "x", "repeated": "x"})
    assert "密码太短" in weak.content.decode()
    assert stranger.post(landing["Location"], {"new_password": NEW, "repeated": NEW}).status_code == 302
    assert stranger.get("/account/").status_code == 302
    assert Client().post("/login/", {"username": "fangyuan", "password": NEW}).status_code == 302
    again = Client()
    assert again.get(again.get(link)["Location"]).status_code == 404


def propose(client: Client, user: User, city: City, **fields: object):
    data = {
        "username": user.username,
        "name": user.name,
        "organisation": city.branch.pk,
        "role": Role.BRANCH_SECRETARY,
        "starts_on": local_today().isoformat(),
        "reason": "换届",
    }
    return client.post(reverse("accounts:proposal_create"), data | fields)


def test_from_proposal_to_posting(city: City) -> None:
    person = make_user(None, None, name="方圆")
    staff, admin = city.client(Role.UNIT_STAFF), city.client(Role.SECURITY_ADMIN)
    assert propose(staff, person, city)["Location"] == reverse("accounts:proposal_list")
    proposal = PostingProposal.objects.get()
    assert "方圆" in body(staff, "accounts:proposal_list")
    assert "批准" not in body(staff, "accounts:proposal_detail", proposal.pk).replace("未批准", "")
    assert "批准" in body(admin, "accounts:proposal_detail", proposal.pk)
    admin.post(reverse("accounts:proposal_approve", args=[proposal.pk]))
    person.forget_scope()
    assert person.can(Capability.MEETING_SUBMIT)
    assert "方圆" in body(staff, "accounts:posting_list")
    posting = Posting.objects.get(user=person)
    revoke = reverse("accounts:posting_revoke", args=[posting.pk])
    assert revoke in body(admin, "accounts:posting_list")
    assert revoke not in body(staff, "accounts:posting_list")
    assert "请写明理由" in admin.post(revoke, {"reason": ""}).content.decode()
    assert admin.post(revoke, {"reason": "调离"}).status_code == 302
    person.forget_scope()
    assert not person.can(Capability.MEETING_SUBMIT)


def test_refusing_needs_a_note(city: City) -> None:
    person = make_user(None, None)
    propose(city.client(Role.CITY_STAFF), person, city)
    proposal, admin = PostingProposal.objects.get(), city.client(Role.SECURITY_ADMIN)
    url = reverse("accounts:proposal_refuse", args=[proposal.pk])
    assert "请写明理由" in admin.post(url).content.decode()
    assert admin.post(url, {"reason": "材料不全"}).status_code == 302
    proposal.refresh_from_db()
    assert proposal.decision_note == "材料不全"


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"name": "张冠李戴"}, "没有这个用户名和姓名"),
        ({"username": "nobody"}, "没有这个用户名和姓名"),
        ({"organisation": "foreign"}, "不在您的管理范围内"),
        ({"organisation": "x"}, "不在您的管理范围内"),
        ({"role": "city_staff"}, "选择"),
        ({"role": "superuser"}, "选择"),
        ({"starts_on": "2026-02-30"}, "日期"),
        ({"ends_on": "2020-01-01"}, "截止日期不能早于起始日期"),
        ({"reason": ""}, "必填"),
    ],
)
def test_bad_proposals(city: City, fields: dict[str, str], word: str) -> None:
    person = make_user(None, None)
    if fields.get("organisation") == "foreign":
        fields = {"organisation": str(city.foreign.pk)}
    page = propose(city.client(Role.UNIT_STAFF), person, city, **fields)
    assert word in page.content.decode()
    assert not PostingProposal.objects.exists()


def test_places_are_scoped(city: City) -> None:
    url = reverse("accounts:grant_places")
    texts = [row["text"] for row in city.client(Role.UNIT_STAFF).get(url).json()["results"]]
    assert city.branch.short_name in texts
    assert city.foreign.short_name not in texts
    found = city.client(Role.CITY_STAFF).get(url, {"q": "养护科"}).json()["results"]
    assert [row["value"] for row in found] == [str(city.foreign.pk)]


def test_a_foreign_proposal_is_out_of_sight(city: City) -> None:
    proposal = services.posting_propose(
        by=city.user(Role.CITY_STAFF),
        user=make_user(None, None),
        organisation=city.foreign,
        role=Role.MEMBER,
        starts_on=local_today(),
        reason="转入",
    )
    client = city.client(Role.UNIT_STAFF)
    assert client.get(reverse("accounts:proposal_detail", args=[proposal.pk])).status_code == 404
    assert proposal.user.name not in body(client, "accounts:proposal_list")


def test_markup_in_names_is_text(city: City) -> None:
    evil = make_user(None, None, "xss", name="<script>alert(1)</script>")
    client = city.client(Role.SYSTEM_ADMIN)
    for page in (body(client, "accounts:user_list"), body(client, "accounts:user_detail", evil.pk)):
        assert "<script>alert" not in page
    assert PASSWORD not in body(client, "accounts:user_detail", evil.pk)
