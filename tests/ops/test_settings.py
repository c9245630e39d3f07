"""Settings that a wrong edit would break silently."""

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.db import connection
from django.test import Client

from config.celery import app
from config.settings import _broker

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("typed", ["2026年1月3日", "2026年01月03日", "2026-01-03", "2026-1-3", "2026.1.3", "2026/1/3"])
def test_dates_as_people_type_them(typed: str) -> None:
    assert forms.DateField().clean(typed) == dt.date(2026, 1, 3)


@pytest.mark.parametrize("typed", ["2026年1月3日 9:30", "2026-01-03 09:30", "2026-01-03T09:30", "2026年1月3日9时30分"])
def test_moments_as_people_type_them(typed: str) -> None:
    assert forms.DateTimeField().clean(typed).isoformat() == "2026-01-03T09:30:00+08:00"


@pytest.mark.parametrize("typed", ["2026-02-30", "3/1/2026", "昨天", "20260103"])
def test_other_dates_are_refused_in_chinese(typed: str) -> None:
    with pytest.raises(forms.ValidationError, match="日期"):
        forms.DateField().clean(typed)


def test_every_scheduled_task_exists() -> None:
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert scheduled - set(app.tasks) == set()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("unix:///srv/var/redis.sock", "redis+socket:///srv/var/redis.sock?virtual_host=0"),
        ("unix:///srv/var/redis.sock?db=3", "redis+socket:///srv/var/redis.sock?virtual_host=3"),
        ("redis://10.0.0.5:6379/2", "redis://10.0.0.5:6379/2"),
    ],
)
def test_one_redis_address_serves_client_and_broker(url: str, expected: str) -> None:
    assert _broker(url) == expected


@pytest.mark.django_db
def test_sqlite_waits_for_its_turn() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("SQLite only")
    options = settings.DATABASES["default"]["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA synchronous").fetchone() == (1,)
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == (20000,)


@pytest.mark.django_db
def test_the_login_page_forbids_inline_code_and_framing() -> None:
    answer = Client().get("/login/")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.slow
def test_keys_are_made_once_and_are_private(tmp_path: Path) -> None:
    code = "from config import settings as s; print(s.SECRET_KEY, s.FIELD_KEY)"
    env = {"VAR_DIR": str(tmp_path / "var"), "PATH": "/usr/bin:/bin"}

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)

    printed = {process.communicate()[0] for process in [start() for _ in range(4)]}
    assert len(printed) == 1
    secret, field = printed.pop().split()
    assert len(secret) == len(field) == 64
    assert secret != field
    assert {path.name for path in (tmp_path / "var").iterdir()} == {"secret_key", "field_key"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "var").iterdir())
