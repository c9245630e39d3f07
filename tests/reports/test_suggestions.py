"""投诉建议 (N15): an entry on every page, tracked to its answer, with the clock on the committee."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.roles import Role
from branches.models import Obligation
from branches.services.obligation_checks import obligations_verify
from branches.services.obligations import obligations_open
from branches.services.requirements import requirements_load
from core.calendar import add_workdays, local_today
from core.models import AuditEvent, Notice
from reports.models import Suggestion
from reports.selectors.home import home_for
from reports.services.suggestions import suggestion_answer, suggestion_withdraw, suggestion_write
from tests.factories import make_user

TODAY = local_today()
TEXT = "季度总结和会议记录重复，建议不再另报"


@pytest.fixture
def loaded(city):
    requirements_load()
    obligations_open()
    return city


def ask(city, role=Role.BRANCH_SECRETARY, **said):
    return suggestion_write(**{"by": city.user(role), "kind": "burden", "text": TEXT, **said})


def due(row):
    return Obligation.objects.get(subject=f"suggestion:{row.pk}")


def text(answer):
    return answer.content.decode()


def test_from_the_question_to_the_answer(loaded):
    row = ask(loaded, page="/meetings/")
    assert (row.organisation, row.due_on) == (loaded.root, add_workdays(TODAY, 15))
    assert (due(row).organisation, due(row).ends_on, due(row).done) == (loaded.root, row.due_on, 0)
    staff = loaded.user(Role.CITY_STAFF)
    home = home_for(staff, row.due_on)
    assert f"/suggestions/{row.pk}/" in [line.url for line in home.todo]
    suggestion_answer(by=staff, suggestion=row, answer="已经取消单独报送")
    assert due(row).done == 1
    assert obligations_verify() == []
    notice = Notice.objects.get(user=loaded.user(Role.BRANCH_SECRETARY))
    assert (notice.subject, notice.url) == ("您的反映负担已答复", f"/suggestions/{row.pk}/")
    with pytest.raises(ValidationError, match="已答复"):
        suggestion_answer(by=staff, suggestion=row, answer="再答复一次")


@pytest.mark.parametrize(
    ("page", "kept"),
    [
        ("/meetings/3/", "/meetings/3/"),
        ("//evil.example/x", ""),
        ("/\\\\evil", ""),
        ("javascript:alert(1)", ""),
        ("/a?b=1", ""),
    ],
)
def test_the_page_is_a_path_of_the_portal(loaded, page, kept):
    assert ask(loaded, page=page).page == kept
    assert not ask(loaded, page=page, is_nameless=True).page


def test_the_trail_does_not_tell_what_was_asked(loaded):
    row = ask(loaded)
    suggestion_answer(by=loaded.user(Role.CITY_STAFF), suggestion=row, answer="已经取消单独报送")
    events = AuditEvent.objects.filter(action__startswith="suggestion.")
    assert [event.action for event in events.order_by("pk")] == ["suggestion.write", "suggestion.answer"]
    assert not [event for event in events if "重复" in str(event.after) or "取消" in str(event.after)]


def test_withdrawn_by_the_author_alone(loaded):
    row = ask(loaded)
    with pytest.raises(ValidationError, match="只有提出人"):
        suggestion_withdraw(by=loaded.user(Role.CITY_STAFF), suggestion=row)
    suggestion_withdraw(by=loaded.user(Role.BRANCH_SECRETARY), suggestion=row)
    assert not Obligation.objects.filter(subject=f"suggestion:{row.pk}").exists()
    assert obligations_verify() == []


def test_nobody_answers_himself(loaded):
    row = ask(loaded, Role.CITY_STAFF)
    with pytest.raises(ValidationError, match="其他人员"):
        suggestion_answer(by=loaded.user(Role.CITY_STAFF), suggestion=row, answer="自己答复自己")


@pytest.mark.parametrize(
    ("said", "message"),
    [({"text": "烦"}, "至少4个字"), ({"text": "请打13912345678联系我"}, "手机号码"), ({"kind": "other"}, "other")],
)
def test_bad_input_changes_nothing(loaded, said, message):
    with pytest.raises(ValidationError, match=message):
        ask(loaded, **said)
    assert not Suggestion.objects.exists()


def test_the_database_holds_answers_together(loaded):
    row = ask(loaded)
    with pytest.raises(IntegrityError), transaction.atomic():
        Suggestion.objects.filter(pk=row.pk).update(state="answered")
    with pytest.raises(IntegrityError), transaction.atomic():
        Suggestion.objects.filter(pk=row.pk).update(due_on=row.asked_on - timedelta(days=1))


@pytest.mark.parametrize("role", list(Role))
def test_the_entry_stands_on_every_page_of_everybody(loaded, role):
    client = loaded.client(role)
    assert f'href="{reverse("reports:suggestion_create")}"' in text(client.get("/"))
    page = text(client.get("/suggestions/new/", headers={"Referer": "http://testserver/obligations/list/"}))
    assert 'value="/obligations/list/"' in page
    assert "elsewhere" not in text(client.get("/suggestions/new/", headers={"Referer": "https://elsewhere/x"}))


def test_pages(loaded):
    secretary, staff = loaded.client(Role.BRANCH_SECRETARY), loaded.client(Role.CITY_STAFF)
    refused = text(secretary.post("/suggestions/new/", {"kind": "burden", "text": "烦"}))
    assert "至少4个字" in refused
    assert ">\n烦</textarea>" in refused or ">烦</textarea>" in refused.replace("\r", "")
    answer = secretary.post("/suggestions/new/", {"kind": "burden", "text": TEXT, "is_nameless": "on"}, follow=True)
    assert "前答复" in text(answer)
    row = Suggestion.objects.get()
    assert TEXT in text(secretary.get("/suggestions/mine/"))
    listed = text(staff.get("/suggestions/"))
    assert TEXT in listed
    assert "不显示姓名" in listed
    seen = text(staff.get(f"/suggestions/{row.pk}/"))
    assert loaded.user(Role.BRANCH_SECRETARY).name not in seen.split('id="content"')[1]
    refused = text(staff.post(f"/suggestions/{row.pk}/answer/", {"answer": "好"}))
    assert "至少4个字" in refused
    staff.post(f"/suggestions/{row.pk}/answer/", {"answer": "已经取消单独报送"})
    assert "已经取消单独报送" in text(secretary.get(f"/suggestions/{row.pk}/"))


def test_others_do_not_know_of_it(loaded):
    row = ask(loaded)
    stranger = make_user(Role.BRANCH_SECRETARY, loaded.sibling, username="stranger")
    loaded.users["stranger"] = stranger
    for user in ("stranger", Role.UNIT_STAFF, Role.MEMBER, Role.SYSTEM_ADMIN):
        assert loaded.client(user).get(f"/suggestions/{row.pk}/").status_code == 404
        assert loaded.client(user).post(f"/suggestions/{row.pk}/withdraw/").status_code == 404
    assert loaded.client(Role.UNIT_STAFF).get("/suggestions/").status_code == 403


def test_overdue_ones_are_found(loaded):
    row = ask(loaded)
    Suggestion.objects.filter(pk=row.pk).update(asked_on=date(2026, 1, 5), due_on=date(2026, 1, 23))
    staff = loaded.client(Role.CITY_STAFF)
    assert TEXT in text(staff.get("/suggestions/?state=overdue"))
    assert "超过期限未答复" in text(staff.get(f"/suggestions/{row.pk}/"))


def test_list_costs_the_same_for_one_three_and_fifty(loaded, django_assert_num_queries):
    staff = loaded.client(Role.CITY_STAFF)
    staff.get("/suggestions/")
    for count in (1, 2, 47):
        for _ in range(count):
            ask(loaded)
        with django_assert_num_queries(5):
            staff.get("/suggestions/")
