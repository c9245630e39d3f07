"""Pages of 介绍信, of accounts and of undoing a batch."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from branches.models import Member, MemberChange, TransferLetter
from branches.policy.letters import months_after
from branches.services.letters import letter_issue
from branches.services.member_accounts import member_link
from core.calendar import local_today
from core.models import AuditEvent, Notice
from core.workbooks.reader import read_sheet
from tests.branches.rosters import SHORT, id_number, person, workbook
from tests.factories import make_user

pytestmark = pytest.mark.django_db
TODAY = local_today()


@pytest.fixture
def staff(city):
    return city.user(Role.UNIT_STAFF)


@pytest.fixture
def foreign_client(city):
    client = Client()
    user = make_user(Role.UNIT_STAFF, city.foreign_unit, username="foreign-staff")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def url(name, *args):
    return reverse(f"branches:{name}", args=args)


def test_from_issue_to_acceptance(city, foreign_client):
    client, member = city.client(Role.UNIT_STAFF), city.members[0]
    data = {"where": "inside", "target": "没有的支部", "issued_on": str(TODAY), "number": "1号"}
    refused = client.post(url("letter_issue", member.pk), data)
    assert "没有找到这个党支部" in refused.content.decode()
    assert 'value="没有的支部"' in refused.content.decode()
    for text in (city.foreign.name, city.foreign.code):
        answer = client.post(url("letter_issue", member.pk), {**data, "target": text})
        assert answer.status_code == 302
        letter = TransferLetter.objects.get(state="issued")
        assert letter.target == city.foreign
        if text == city.foreign.name:
            assert client.post(url("letter_cancel", letter.pk), {"reason": "写错了编号"}).status_code == 302
    assert client.get(url("letter_accept", letter.pk)).status_code == 403
    assert foreign_client.get(url("letter_cancel", letter.pk)).status_code == 403
    assert foreign_client.get(url("member_detail", member.pk)).status_code == 404
    assert member.name in "".join(foreign_client.get(url("letter_list")).context["ledger"].rows)
    detail = foreign_client.get(url("letter_detail", letter.pk)).content.decode()
    assert url("member_detail", member.pk) not in detail
    answer = foreign_client.post(url("letter_accept", letter.pk), {"accepted_on": str(TODAY), "note": ""})
    assert answer.status_code == 302
    assert foreign_client.get(url("member_detail", member.pk)).status_code == 200
    assert client.get(url("member_detail", member.pk)).status_code == 404
    assert "已办结" in client.get(url("letter_detail", letter.pk)).content.decode()


def test_a_letter_from_outside(city):
    client = city.client(Role.UNIT_STAFF)
    data = {
        "person_name": "沈来",
        "outside": "中共邻市档案馆支部委员会",
        "organisation": city.branch.pk,
        "issued_on": str(TODAY),
    }
    bad = client.post(url("letter_register"), {**data, "organisation": city.foreign.pk})
    assert "不在您的范围内" in bad.content.decode()
    hidden = client.post(url("letter_register"), {**data, "person_name": "沈\u202e来"})
    assert "看不见的控制字符" in hidden.content.decode()
    client.post(url("letter_register"), data)
    letter = TransferLetter.objects.get()
    person = {
        "accepted_on": str(TODAY),
        "id_number": id_number(61),
        "gender": "1",
        "category": "full",
        "joined_on": "2010-07-01",
        "confirmed_on": "2011-07-01",
        "party_age_correction": "0",
    }
    wrong = client.post(url("letter_accept", letter.pk), {**person, "joined_on": ""})
    assert wrong.status_code == 200
    assert not Member.objects.filter(name="沈来").exists()
    assert client.post(url("letter_accept", letter.pk), person).status_code == 302
    assert Member.objects.get(name="沈来").organisation == city.branch


def test_overdue_letters_are_listed_with_the_source_and_exported(city, staff):
    issued = months_after(TODAY, -3) - timedelta(days=1)
    letter_issue(by=staff, member=city.members[0], issued_on=issued, target=city.foreign)
    letter_issue(by=staff, member=city.members[3], issued_on=TODAY, outside="邻市")
    client = city.client(Role.UNIT_STAFF)
    page = client.get(url("letter_list"))
    assert "有1封介绍信超过有效期" in page.content.decode()
    assert "一般不超过3个月（R25）" in page.content.decode()
    late = "".join(client.get(url("letter_list") + "?state=expired").context["ledger"].rows)
    assert (city.members[0].name in late, city.members[3].name in late) == (True, False)
    waiting = "".join(client.get(url("letter_list") + "?state=issued").context["ledger"].rows)
    assert (city.members[0].name in waiting, city.members[3].name in waiting) == (False, True)
    export = client.post(url("letter_export") + "?state=expired")
    cells = str(read_sheet(BytesIO(b"".join(export.streaming_content))).rows)
    assert "已超期" in cells
    assert city.members[3].name not in cells
    assert "没有符合条件的记录" in client.get(url("letter_list") + "?direction=inward").content.decode()


def test_an_account_is_linked_by_name_and_never_ones_own(city, staff):
    client, member = city.client(Role.UNIT_STAFF), city.members[3]
    account = make_user(Role.MEMBER, city.branch, username="zhousihai", name=member.name)
    other = make_user(Role.MEMBER, city.branch, username="wurenshi", name="无人识")
    guard = make_user(Role.AUDIT_ADMIN, city.root, username="guard", name=member.name)
    refusals = {
        client.post(url("member_link", member.pk), {"username": name}).context["form"].errors["username"][0]
        for name in ("nobody-here", other.username, guard.username)
    }
    assert len(refusals) == 1
    assert client.post(url("member_link", member.pk), {"username": "ZhouSiHai"}).status_code == 302
    member.refresh_from_db()
    assert member.user == account
    assert Notice.objects.get(user=account).subject == "账号已对应党员信息"
    assert AuditEvent.objects.get(action="member.account").after == {"user": "zhousihai"}
    assert MemberChange.objects.get(member=member).kind == "linked"
    assert client.get(url("member_unlink", member.pk)).status_code == 405
    client.post(url("member_unlink", member.pk))
    member.refresh_from_db()
    assert member.user is None
    staff.name = member.name
    staff.save(update_fields=["name"])
    with pytest.raises(ValidationError, match="不能为自己的账号办理"):
        member_link(by=staff, member=member, username=staff.username)


def test_undoing_on_the_page(city, upload, commit):
    client = city.client(Role.UNIT_STAFF)
    batch = commit(upload(workbook(SHORT, person(1), person(2, 姓名="二人"))))
    assert url("roster_undo", batch.pk) in client.get(url("roster_preview", batch.pk)).content.decode()
    page = client.get(url("roster_undo", batch.pk)).content.decode()
    assert "可以整批撤销" in page
    member = Member.objects.get(name="二人")
    client.post(url("member_change", member.pk, "lose"), {"effective_on": str(TODAY), "circumstance": "1"})
    page = client.get(url("roster_undo", batch.pk)).content.decode()
    assert "都不能撤销" in page
    assert "信息又有修改" in page
    client.post(url("roster_undo", batch.pk))
    assert Member.objects.filter(name="二人").exists()
    other = commit(upload(workbook(SHORT, person(3, 姓名="三人"))))
    client.post(url("roster_undo", other.pk))
    assert not Member.objects.filter(name="三人").exists()
    assert "已撤销" in client.get(url("roster_preview", other.pk)).content.decode()
    assert client.get(url("roster_undo", other.pk)).status_code == 302


def test_the_list_of_changes_is_filtered_and_exported(city, staff):
    client = city.client(Role.UNIT_STAFF)
    client.post(url("member_change", city.members[3].pk, "lose"), {"effective_on": "2026-01-05", "circumstance": "5"})
    letter_issue(by=staff, member=city.members[0], issued_on=date(2026, 3, 1), outside="邻市")
    page = "".join(client.get(url("member_change_list") + "?kind=lost").context["ledger"].rows)
    assert city.members[3].name in page
    empty = client.get(url("member_change_list") + "?kind=confirmed").content.decode()
    assert "没有符合条件的记录" in empty
    export = client.post(url("member_change_export") + "?kind=lost&effective_from=2026-01-01")
    assert "出国（境）" in str(read_sheet(BytesIO(b"".join(export.streaming_content))).rows)
