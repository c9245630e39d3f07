"""Pages of core: each as its owner, as a stranger, and with odd input."""

import uuid
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from core import audit, health
from core.jobs import job_enqueue, job_execute, job_handler, result_file
from core.models import AuditEvent, Job, JobState, Notice, Workday
from core.notices import NoticeRow, notices_send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "private"


@job_handler("test_file")
def write_file(job, progress):
    with result_file(job, "一季度.xlsx") as path:
        path.write_bytes(b"sheet")


def make_job(user, **fields):
    return job_enqueue(by=user, kind="test_file", arguments={"n": fields.pop("n", 0)}, title="导出会议记录", **fields)


# Jobs -----------------------------------------------------------------------------------------------------------------


def test_a_running_job_shows_its_progress_and_polls(city):
    client, user = city.client(Role.UNIT_STAFF), city.user(Role.UNIT_STAFF)
    job = make_job(user)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, done=30, total=120, message="正在汇总")
    page = client.get(reverse("core:job_detail", args=[job.pk])).content.decode()
    progress_url = reverse("core:job_progress", args=[job.pk])
    assert 'value="30" max="120"' in page
    assert "正在汇总" in page
    assert f'hx-get="{progress_url}" hx-trigger="every 1s"' in page
    assert reverse("core:job_cancel", args=[job.pk]) in page
    card = client.get(progress_url).content.decode()
    assert "正在汇总" in card
    assert "<html" not in card


def test_a_finished_job_offers_its_file_and_stops_polling(city):
    client, user = city.client(Role.UNIT_STAFF), city.user(Role.UNIT_STAFF)
    job = make_job(user)
    job_execute(job.pk)
    page = client.get(reverse("core:job_detail", args=[job.pk])).content.decode()
    assert "hx-get" not in page
    download = reverse("core:job_download", args=[job.pk])
    assert download in page
    answer = client.get(download)
    assert b"".join(answer.streaming_content) == b"sheet"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "%E4%B8%80%E5%AD%A3%E5%BA%A6.xlsx" in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert AuditEvent.objects.filter(action="job.download", object_id=str(job.pk)).exists()
    assert "导出会议记录" in client.get(reverse("core:job_list")).content.decode()


def test_a_failed_job_says_why(city):
    client, user = city.client(Role.UNIT_STAFF), city.user(Role.UNIT_STAFF)
    job = make_job(user)
    Job.objects.filter(pk=job.pk).update(state=JobState.FAILED, message="季度不存在。<b>")
    page = client.get(reverse("core:job_detail", args=[job.pk])).content.decode()
    assert "季度不存在。&lt;b&gt;" in page
    assert client.get(reverse("core:job_download", args=[job.pk])).status_code == 404


def test_the_owner_may_cancel(city):
    client, user = city.client(Role.UNIT_STAFF), city.user(Role.UNIT_STAFF)
    job = make_job(user)
    cancel = reverse("core:job_cancel", args=[job.pk])
    assert client.get(cancel).status_code == 405
    assert client.post(cancel).status_code == 302
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert client.post(cancel).status_code == 302


@pytest.mark.parametrize("name", ["job_detail", "job_progress", "job_download", "job_cancel"])
def test_somebody_elses_job_does_not_exist(city, name):
    job = make_job(city.user(Role.UNIT_STAFF))
    job_execute(job.pk)
    url = reverse(f"core:{name}", args=[job.pk])
    missing = reverse(f"core:{name}", args=[uuid.uuid4()])
    for role in (Role.CITY_STAFF, Role.BRANCH_SECRETARY, Role.SYSTEM_ADMIN):
        client = city.client(role)
        send = client.post if name == "job_cancel" else client.get
        assert send(url).status_code == 404
        assert send(missing).status_code == 404
    assert Client().get(url).status_code == 302
    assert "导出会议记录" not in city.client(Role.CITY_STAFF).get(reverse("core:job_list")).content.decode()


def test_a_lost_right_closes_the_file(city):
    user = city.user(Role.UNIT_STAFF)
    job = make_job(user, capability="meeting.list", scope_path=city.unit.path)
    other = make_job(user, n=1, capability="meeting.list", scope_path=city.root.path)
    client = city.client(Role.UNIT_STAFF)
    for done in (job, other):
        job_execute(done.pk)
    answer = client.get(reverse("core:job_download", args=[job.pk]))
    assert b"".join(answer.streaming_content) == b"sheet"
    assert client.get(reverse("core:job_download", args=[other.pk])).status_code == 403


def test_the_job_list_costs_the_same_for_any_number(city, django_assert_num_queries):
    client, user = city.client(Role.UNIT_STAFF), city.user(Role.UNIT_STAFF)
    counts = set()
    for upto in (1, 3, 50):
        while Job.objects.count() < upto:
            make_job(user, n=Job.objects.count() + 1)
        counts.add(query_count(client, reverse("core:job_list")))
    assert len(counts) == 1


def query_count(client, url):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


# Notices --------------------------------------------------------------------------------------------------------------


def send(user, count=1, **fields):
    start = Notice.objects.count()
    texts = {"subject": "三季度提醒", "body": "<script>alert(1)</script>", **fields}
    notices_send(rows=[NoticeRow(user_id=user.pk, key=str(start + n), **texts) for n in range(count)])


def test_the_inbox_shows_only_ones_own_and_escapes(city):
    send(city.user(Role.MEMBER))
    send(city.user(Role.BRANCH_SECRETARY), subject="书记的事")
    page = city.client(Role.MEMBER).get(reverse("core:notice_list")).content.decode()
    assert "三季度提醒" in page
    assert "书记的事" not in page
    assert "<script>alert" not in page


def test_an_empty_inbox_says_so(city):
    client = city.client(Role.MEMBER)
    assert "还没有通知" in client.get(reverse("core:notice_list")).content.decode()
    assert "没有未读通知" in client.get(reverse("core:notice_list") + "?unread=1").content.decode()


@pytest.mark.parametrize(
    ("url", "goes_to"),
    [
        ("/notices/?unread=1", "/notices/?unread=1"),
        ("", "/notices/"),
        ("https://evil.example/", "/notices/"),
        ("//evil.example/", "/notices/"),
        ("/\\evil.example/", "/notices/"),
        ("javascript:alert(1)", "/notices/"),
    ],
)
def test_opening_marks_as_read_and_stays_inside(city, url, goes_to):
    client, user = city.client(Role.MEMBER), city.user(Role.MEMBER)
    send(user, url=url)
    notice = Notice.objects.get()
    open_url = reverse("core:notice_open", args=[notice.pk])
    assert client.get(open_url).status_code == 405
    assert client.post(open_url)["Location"] == goes_to
    notice.refresh_from_db()
    assert notice.read_at is not None
    assert "没有未读通知" in client.get(reverse("core:notice_list") + "?unread=1").content.decode()


def test_somebody_elses_notice_cannot_be_opened(city):
    send(city.user(Role.BRANCH_SECRETARY))
    notice = Notice.objects.get()
    client = city.client(Role.MEMBER)
    assert client.post(reverse("core:notice_open", args=[notice.pk])).status_code == 404
    assert client.post(f"/notices/{'9' * 30}/open/").status_code == 404
    client.post(reverse("core:notice_read_all"))
    notice.refresh_from_db()
    assert notice.read_at is None


def test_all_can_be_read_at_once(city):
    client, user = city.client(Role.MEMBER), city.user(Role.MEMBER)
    send(user, 3)
    answer = client.post(reverse("core:notice_read_all"), follow=True).content.decode()
    assert "已将 3 条通知标为已读" in answer
    assert not Notice.objects.filter(read_at=None).exists()


def test_the_inbox_costs_the_same_for_any_number_and_continues(city):
    client, user = city.client(Role.MEMBER), city.user(Role.MEMBER)
    counts = set()
    for upto in (1, 3, 60):
        send(user, upto - Notice.objects.count())
        counts.add(query_count(client, reverse("core:notice_list")))
    assert len(counts) == 1
    page = client.get(reverse("core:notice_list")).content.decode()
    before = Notice.objects.order_by("-pk")[49].pk
    assert f"?before={before}" in page
    older = client.get(reverse("core:notice_list") + f"?before={before}").content.decode()
    assert older.count("三季度提醒</strong>") == 10


# Audit ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def trail(city):
    audit.register({"test.business": "业务测试"})
    audit.register({"test.admin": "管理测试"}, stream=audit.Stream.ADMIN)
    audit.register({"test.auditor": "审计测试"}, stream=audit.Stream.AUDITOR)
    events = {
        "own": audit.record(by=None, action="test.business", scope_path=city.branch.path, after={"标题": "本单位"}),
        "foreign": audit.record(by=None, action="test.business", scope_path=city.foreign.path),
        "city": audit.record(by=None, action="test.business"),
        "admin": audit.record(by=None, action="test.admin"),
        "unknown": audit.record(by=None, action="never.registered"),
        "auditor": audit.record(by=None, action="test.auditor"),
    }
    yield events
    for action in ("test.business", "test.admin", "test.auditor"):
        audit._labels.pop(action)
        audit._streams.pop(action)


SEEN = {
    ("audit", Role.AUDIT_ADMIN): {"own", "foreign", "city"},
    ("audit", Role.UNIT_DISCIPLINE): {"own"},
    ("audit_admin", Role.AUDIT_ADMIN): {"admin", "unknown"},
    ("audit_auditor", Role.SECURITY_ADMIN): {"auditor"},
}


@pytest.mark.parametrize("part", ["audit", "audit_admin", "audit_auditor"])
@pytest.mark.parametrize("role", list(Role))
def test_each_part_of_the_trail_opens_to_its_readers_only(city, trail, part, role):
    client = city.client(role)
    seen = SEEN.get((part, role))
    listed = client.get(reverse(f"core:{part}_list"))
    assert listed.status_code == (200 if seen else 403)
    for name, event in trail.items():
        detail = reverse(f"core:{part}_detail", args=[event.pk])
        expected = 403 if seen is None else 200 if name in seen else 404
        assert client.get(detail).status_code == expected, name
        if seen is not None:
            assert (f'href="{detail}"' in listed.content.decode()) == (name in seen)


def test_an_event_shows_what_changed(city, trail):
    page = city.client(Role.AUDIT_ADMIN).get(reverse("core:audit_detail", args=[trail["own"].pk])).content.decode()
    assert "业务测试" in page
    assert "本单位" in page


def test_odd_event_numbers_are_not_found(city):
    assert city.client(Role.AUDIT_ADMIN).get(f"/audit/{'9' * 40}/").status_code == 404


def test_the_chain_is_verified_in_the_background(city, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    client = city.client(Role.AUDIT_ADMIN)
    assert client.get(reverse("core:audit_verify")).status_code == 405
    answer = client.post(reverse("core:audit_verify"))
    job = Job.objects.get(kind="audit_verify")
    assert answer["Location"] == reverse("core:job_detail", args=[job.pk])
    job_execute(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert "审计链" in job.message
    assert AuditEvent.objects.filter(action="audit.verify").count() == 1
    assert city.client(Role.CITY_STAFF).post(reverse("core:audit_verify")).status_code == 403


# Working days ---------------------------------------------------------------------------------------------------------


def test_the_system_administrator_keeps_the_calendar(city):
    client = city.client(Role.SYSTEM_ADMIN)
    url = reverse("core:workday_list")
    assert "没有登记过调整" in client.get(url).content.decode()
    day = timezone.localdate() + timedelta(days=1)
    for is_workday in ("1", "0"):
        sent = {"day": day.isoformat(), "is_workday": is_workday, "note": "调休"}
        assert client.post(url, sent).status_code == 302
    assert Workday.objects.get().is_workday is False
    first, second = AuditEvent.objects.filter(action="workday.update").order_by("pk")
    assert (first.before, second.before) == (None, {"is_workday": True, "note": "调休"})
    remove = reverse("core:workday_delete", args=[day.isoformat()])
    assert remove in client.get(url).content.decode()
    assert client.get(remove).status_code == 405
    assert client.post(remove).status_code == 302
    assert client.post(remove).status_code == 404
    assert not Workday.objects.exists()


@pytest.mark.parametrize(
    "sent", [{}, {"day": "x", "is_workday": "1"}, {"day": "1800-01-01", "is_workday": "1"}, {"day": "2027-01-01"}]
)
def test_a_bad_day_changes_nothing(city, sent):
    answer = city.client(Role.SYSTEM_ADMIN).post(reverse("core:workday_list"), sent)
    assert answer.status_code == 422
    assert not Workday.objects.exists()


def test_nobody_else_keeps_the_calendar(city):
    for role in (Role.CITY_STAFF, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        assert city.client(role).get(reverse("core:workday_list")).status_code == 403


def test_an_odd_day_in_the_path_is_not_found(city):
    assert city.client(Role.SYSTEM_ADMIN).post("/workdays/yesterday/delete/").status_code == 404


def test_a_year_is_loaded_from_a_file(db, tmp_path, capsys):
    from django.core.management import call_command
    from django.core.management.base import CommandError

    good = tmp_path / "2027.csv"
    good.write_text("\ufeff2027-02-14,1,春节调休\n\n2027-02-10,0,春节\n", encoding="utf-8")
    call_command("workdays_load", good)
    call_command("workdays_load", good)
    assert dict(Workday.objects.values_list("day", "is_workday")) == {date(2027, 2, 14): True, date(2027, 2, 10): False}
    bad = tmp_path / "bad.csv"
    bad.write_text("2027-03-01,1\n2027-03-32,1\n")
    with pytest.raises(CommandError, match="第 2 行"):
        call_command("workdays_load", bad)
    assert Workday.objects.count() == 2
    with pytest.raises(CommandError, match="无法读取"):
        call_command("workdays_load", tmp_path / "none.csv")


# Health ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("database", "broker", "status"), [(True, True, 200), (True, False, 200), (False, True, 503), (False, False, 503)]
)
def test_health_is_public_and_tells_only_up_or_down(db, monkeypatch, database, broker, status):
    monkeypatch.setattr("core.views.health.database_answers", lambda: database)
    monkeypatch.setattr("core.views.health.broker_answers", lambda: broker)
    answer = Client().get("/healthz")
    assert answer.status_code == status
    assert answer.json() == {"database": "ok" if database else "down", "broker": "ok" if broker else "down"}


def test_the_parts_are_really_asked(db, settings, tmp_path, monkeypatch):
    from django.db import OperationalError, connection

    assert health.database_answers()
    settings.REDIS_URL = f"unix://{tmp_path / 'nobody.sock'}"
    assert not health.broker_answers()
    settings.REDIS_URL = "nonsense"
    assert not health.broker_answers()

    def refuse():
        raise OperationalError("secret host refused")

    monkeypatch.setattr(connection, "cursor", refuse)
    assert not health.database_answers()
