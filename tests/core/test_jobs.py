"""Background jobs: claimed once, resumed after a death, cancelled at the next progress, files complete or untouched."""

import errno
import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.utils import timezone

from accounts.roles import Role
from core import jobs
from core.jobs import (
    JobCancelled,
    job_cancel,
    job_enqueue,
    job_execute,
    job_files_purge,
    job_handler,
    job_sweep,
    may_download,
    result_file,
    result_path,
)
from core.models import AuditEvent, Job, JobState

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "private"


@pytest.fixture(autouse=True)
def handlers(monkeypatch):
    monkeypatch.setattr(jobs, "_handlers", {})


@pytest.fixture
def published(monkeypatch):
    told = []
    monkeypatch.setattr(jobs, "_publishers", [told.append])
    return told


@pytest.fixture
def owner(city):
    return city.user(Role.UNIT_STAFF)


def enqueue(owner, kind="count", **fields):
    fields = {"arguments": {}, "title": "数一数", **fields}
    return job_enqueue(by=owner, kind=kind, **fields)


def age(job, **since):
    """Let the job's last sign of life lie in the past."""
    past = timezone.now() - timedelta(**since)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=past, dispatched_at=past)


def test_a_job_is_published_after_commit(owner, published, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = enqueue(owner, arguments={"period": "2026Q3"}, scope_path="0001")
        assert published == []
    assert published == [job.pk]
    assert (job.state, job.owner, job.scope_path) == (JobState.QUEUED, owner, "0001")
    event = AuditEvent.objects.get(action="job.enqueue")
    assert event.after == {"kind": "count", "arguments": {"period": "2026Q3"}}


def test_a_dead_broker_costs_nothing_but_the_nudge(owner, monkeypatch, django_capture_on_commit_callbacks):
    def refuse(job_id):
        raise ConnectionError("no broker")

    monkeypatch.setattr(jobs, "_publishers", [refuse])
    with django_capture_on_commit_callbacks(execute=True):
        job = enqueue(owner)
    age(job, seconds=61)
    told = []
    monkeypatch.setattr(jobs, "_publishers", [told.append])
    assert job_sweep() == 1
    assert told == [job.pk]


def test_the_same_job_twice_is_one_job(owner, city, published):
    first = enqueue(owner, arguments={"day": timezone.now().date(), "list": [1, 2]})
    again = enqueue(owner, arguments={"day": timezone.now().date(), "list": [1, 2]})
    other = enqueue(owner, arguments={"list": [1]})
    foreign = enqueue(city.user(Role.CITY_STAFF), arguments={"list": [1]})
    assert first.pk == again.pk
    assert len({first.pk, other.pk, foreign.pk}) == 3
    job_cancel(by=owner, job=first)
    assert enqueue(owner, arguments={"day": timezone.now().date(), "list": [1, 2]}).pk != first.pk


def test_a_job_runs_once_and_leaves_its_file(owner, published):
    @job_handler("count")
    def count(job, progress):
        with result_file(job, "结果/表 1.xlsx") as path:
            path.write_bytes(b"sheet")
        progress(3, 3, "写好了")

    job = enqueue(owner)
    assert job_execute(job.pk) is True
    assert job_execute(job.pk) is False
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.percent, job.attempts) == (JobState.DONE, 3, 3, 100, 1)
    assert job.message == "写好了"
    assert job.finished_at is not None
    assert result_path(job).read_bytes() == b"sheet"
    assert result_path(job).name == "结果_表 1.xlsx"
    assert [path.name for path in result_path(job).parent.iterdir()] == ["结果_表 1.xlsx"]


def test_a_job_without_a_word_still_says_that_it_is_done(owner, published):
    job_handler("count")(lambda job, progress: None)
    job = enqueue(owner)
    job_execute(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message) == (JobState.DONE, "已完成。")
    assert result_path(job) is None


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ValidationError("季度不存在。"), "季度不存在。"),
        (ValidationError(["甲。", "乙。"]), "甲。；乙。"),
        (OSError(errno.ENOSPC, "No space left on device"), "磁盘空间不足"),
        (OSError(errno.EACCES, "/secret/path"), "处理时出错"),
        (RuntimeError("secret detail"), "处理时出错"),
    ],
)
def test_a_failure_is_told_in_chinese_without_its_inside(owner, published, error, says, caplog):
    @job_handler("count")
    def count(job, progress):
        raise error

    job = enqueue(owner)
    job_execute(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert says in job.message
    assert "secret" not in job.message
    assert caplog.records


def test_a_kind_that_nobody_handles_fails_with_a_message(owner, published, caplog):
    job = enqueue(owner, kind="no.such")
    job_execute(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "no.such" in job.message


def test_a_full_disk_leaves_the_previous_file(owner, published, caplog):
    contents = [b"first", None]

    @job_handler("count")
    def count(job, progress):
        with result_file(job, "表.xlsx") as path:
            path.write_bytes(b"half")
            if contents[0] is None:
                raise OSError(errno.ENOSPC, "No space left on device")
            path.write_bytes(contents.pop(0))

    job = enqueue(owner)
    job_execute(job.pk)
    job.refresh_from_db()
    path = result_path(job)
    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED)
    job_execute(job.pk)
    assert path.read_bytes() == b"first"
    assert [file.name for file in path.parent.iterdir()] == ["表.xlsx"]


def test_a_database_failure_leaves_the_job_to_the_sweeper(owner, published):
    calls = []

    @job_handler("count")
    def count(job, progress):
        calls.append(job.attempts)
        if len(calls) == 1:
            raise OperationalError("server closed the connection")

    job = enqueue(owner)
    with pytest.raises(OperationalError):
        job_execute(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.RUNNING
    age(job, seconds=61)
    job_sweep()
    assert published == [job.pk]
    assert job_execute(job.pk) is True
    job.refresh_from_db()
    assert (job.state, calls) == (JobState.DONE, [1, 2])


def test_a_dead_worker_is_replaced_and_given_up_after_three(owner, published):
    class Killed(BaseException):
        pass

    @job_handler("count")
    def count(job, progress):
        progress(job.attempts, 10)
        raise Killed

    job = enqueue(owner)
    for attempt in (1, 2, 3):
        with pytest.raises(Killed):
            job_execute(job.pk)
        assert job_execute(job.pk) is False, "a living worker is not disturbed"
        age(job, seconds=61)
        job_sweep()
        assert len(published) == min(attempt, 2)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "中断 3 次" in job.message
    assert job_execute(job.pk) is False


def test_two_sweepers_publish_once(owner, published):
    job = enqueue(owner)
    age(job, seconds=61)
    assert (job_sweep(), job_sweep()) == (1, 0)


def test_a_fresh_or_living_job_is_left_alone(owner, published):
    enqueue(owner)
    running = enqueue(owner, arguments={"n": 1})
    Job.objects.filter(pk=running.pk).update(state=JobState.RUNNING, heartbeat_at=timezone.now())
    age_of_dispatch = timezone.now() - timedelta(minutes=5)
    Job.objects.filter(pk=running.pk).update(dispatched_at=age_of_dispatch)
    assert job_sweep() == 0


def test_progress_writes_at_most_once_a_second(owner, published, monkeypatch, django_assert_num_queries):
    clock = [0.0]
    monkeypatch.setattr(jobs.time, "monotonic", lambda: clock[0])

    @job_handler("count")
    def count(job, progress):
        with django_assert_num_queries(2):
            for number in range(100):
                clock[0] += 0.015
                progress(number, 100, "数")
        stored = Job.objects.get(pk=job.pk)
        assert (stored.done, stored.total, stored.message) == (67, 100, "数")
        progress(100)

    job = enqueue(owner)
    job_execute(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.DONE, 100), job.message


def test_a_cancelled_job_stops_at_its_next_progress(owner, published):
    reached = []

    @job_handler("count")
    def count(job, progress):
        assert job_cancel(by=owner, job=job)
        reached.append("before")
        progress(1, 2)
        reached.append("after")

    job = enqueue(owner)
    job_execute(job.pk)
    job.refresh_from_db()
    assert reached == ["before"]
    assert (job.state, job.message) == (JobState.CANCELLED, "已由发起人取消。")
    assert job_cancel(by=owner, job=job) is False
    assert AuditEvent.objects.filter(action="job.cancel").count() == 1


def test_a_queued_job_that_was_cancelled_never_runs(owner, published):
    job = enqueue(owner)
    job_cancel(by=owner, job=job)
    assert job_execute(job.pk) is False


def test_a_worker_that_was_given_up_cannot_finish_its_heirs_job(owner, published):
    @job_handler("count")
    def count(job, progress):
        Job.objects.filter(pk=job.pk).update(attempts=2)  # somebody else took over
        with pytest.raises(JobCancelled):
            progress(1, 2)

    job = enqueue(owner)
    job_execute(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.RUNNING


def test_an_unknown_job_is_nothing_to_do(db):
    assert job_execute(uuid.uuid4()) is False


def test_a_result_outside_the_private_folder_is_not_served(owner, published, settings, tmp_path):
    (tmp_path / "secret.txt").write_text("x")
    job = enqueue(owner)
    for name in ("../secret.txt", str(tmp_path / "secret.txt"), "jobs/../../secret.txt"):
        job.state, job.result_file = JobState.DONE, name
        assert result_path(job) is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a\x00b\n.xlsx", "a_b_.xlsx"),
        (".xlsx", "xlsx"),
        ("..xlsx", "xlsx"),
        ("a.b c.tar.gz", "a.b c.tar.gz"),
        ("", "结果"),
        ("长" * 200 + ".xlsx", "长" * 60 + ".xlsx"),
    ],
)
def test_file_names_are_made_harmless(given, kept):
    assert jobs._safe_name(given) == kept


def test_old_files_are_purged_and_the_rows_stay(owner, published):
    import os

    @job_handler("count")
    def count(job, progress):
        with result_file(job, "表.xlsx") as path:
            path.write_bytes(b"x")

    old, young = enqueue(owner), enqueue(owner, arguments={"n": 2})
    job_execute(old.pk)
    job_execute(young.pk)
    old.refresh_from_db()
    folder = result_path(old).parent
    past = timezone.now() - timedelta(days=31)
    os.utime(folder, (past.timestamp(), past.timestamp()))
    Job.objects.filter(pk=old.pk).update(finished_at=past)
    assert job_files_purge() == 1
    old.refresh_from_db()
    young.refresh_from_db()
    assert not folder.exists()
    assert (old.state, old.result_file) == (JobState.DONE, "")
    assert result_path(young).exists()


def test_a_right_that_was_lost_closes_the_download(owner, city, published):
    job = enqueue(owner, capability="meeting.list", scope_path=city.unit.path)
    assert may_download(owner, job)
    assert may_download(owner, enqueue(owner, arguments={"n": 1}))
    assert not may_download(
        owner, enqueue(owner, arguments={"n": 2}, capability="meeting.list", scope_path=city.root.path)
    )
    owner.postings.update(ends_on=timezone.localdate() - timedelta(days=1))
    owner.forget_scope()
    assert not may_download(owner, job)
