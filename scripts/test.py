"""`make test`: every test, on SQLite and again on PostgreSQL with Redis where they answer; slow and browser tests once.

What could not be run is said in the last lines (NOT RUN: ...). With --strict it is a failure, and so is a skipped test
that no other suite ran. Other arguments go to pytest.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from scripts.bootstrap import PYTHON, ROOT, enter

ONCE = "e2e or slow or faults"
REPORTS = ROOT / "var" / "test-reports"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Where a server listens if somebody installed it and changed nothing; the database is ours, the test runner makes it.
LOCAL_POSTGRES = (
    "postgres://postgres@127.0.0.1:5432/{name}",
    "postgres://postgres:postgres@127.0.0.1:5432/{name}",
    "postgres://%2Fvar%2Frun%2Fpostgresql/{name}",
)
LOCAL_REDIS = "redis://127.0.0.1:6379/15"


@dataclass
class Suite:
    title: str
    marks: str
    env: dict[str, str | None] = field(default_factory=dict)  # None unsets
    spread: bool = True


@dataclass
class Outcome:
    suite: Suite
    code: int
    seconds: float
    counts: dict[str, int]
    ran: set[str]
    skipped: dict[str, str]


def find_browser() -> str:
    """CHROMIUM of the environment, else the first browser on PATH; empty if there is none."""
    named = os.environ.get("CHROMIUM", "")
    return named if named and shutil.which(named) else next(filter(None, map(shutil.which, BROWSERS)), "")


def postgres_answers(url: str) -> bool:
    import environ
    import psycopg2

    config = environ.Env.db_url_config(url)
    places = {"host": config["HOST"], "port": config["PORT"], "user": config["USER"], "password": config["PASSWORD"]}
    given = {key: value for key, value in places.items() if value}
    for name in ("postgres", config["NAME"]):
        try:
            with psycopg2.connect(dbname=name, connect_timeout=3, **given) as link, link.cursor() as cursor:
                cursor.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
                row = cursor.fetchone()
            link.close()
            return bool(row and row[0])
        except psycopg2.OperationalError:
            continue
    return False


def find_postgres() -> str:
    named = os.environ.get("DATABASE_URL", "")
    # Two checkouts on one machine must not share a test database.
    name = f"portal_{hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:8]}"
    places = [named] if named.startswith(("postgres", "pgsql")) else [url.format(name=name) for url in LOCAL_POSTGRES]
    return next(filter(postgres_answers, places), "")


def find_redis() -> str:
    from scripts import brokers

    url = os.environ.get("REDIS_URL") or LOCAL_REDIS
    return url if brokers.answers(url) else ""


def plan() -> tuple[list[Suite], list[str]]:
    """The suites that this machine can run, and what it cannot."""
    browser, postgres, redis = find_browser(), find_postgres(), find_redis()
    missing = []
    quick = f"not ({ONCE})"
    embedded: dict[str, str | None] = {"DATABASE_URL": None, "REDIS_URL": None}
    suites = [Suite("SQLite", quick, embedded)]
    if postgres:
        title = "PostgreSQL + Redis" if redis else "PostgreSQL"
        suites.append(Suite(title, quick, {"DATABASE_URL": postgres, "REDIS_URL": redis or None}))
    if not postgres:
        missing.append(
            "the tests on PostgreSQL (no server answers at DATABASE_URL or on the local port, or no right to create)"
        )
    if not redis:
        missing.append("the tests on Redis (no server answers at REDIS_URL or on the local port)")
    if not browser:
        missing.append("the browser tests (no Chromium; on Debian: apt install chromium fonts-noto-cjk)")
    if not (shutil.which("soffice") or shutil.which("libreoffice")):
        missing.append("opening the workbooks in LibreOffice (on Debian: apt install libreoffice-calc)")
    extras = {"CHROMIUM": browser or None, "TEST_DATABASE_URL": postgres or None, "TEST_REDIS_URL": redis or None}
    once = ONCE if browser else f"({ONCE}) and not e2e"
    suites.append(Suite("once: browser, slow, faults", once, {**embedded, **extras}, spread=False))
    return suites, missing


def pytest_command(suite: Suite, report: Path, extra: list[str]) -> list[str]:
    command = [str(PYTHON), "-m", "pytest", "-m", suite.marks, f"--junitxml={report}"]
    if suite.spread:
        command += ["-n", str(os.cpu_count() or 1), "--dist", "worksteal"]
    return [*command, *extra]


def run(suite: Suite, extra: list[str]) -> Outcome:
    REPORTS.mkdir(parents=True, exist_ok=True)
    report = REPORTS / f"{hashlib.sha256(suite.title.encode()).hexdigest()[:8]}.xml"
    report.unlink(missing_ok=True)
    env = {key: value for key, value in {**os.environ, **suite.env}.items() if value is not None}
    print(f"\n=== {suite.title}", flush=True)
    started = time.monotonic()
    code = subprocess.run(pytest_command(suite, report, extra), cwd=ROOT, env=env, check=False).returncode
    return read_report(suite, code, time.monotonic() - started, report)


def read_report(suite: Suite, code: int, seconds: float, report: Path) -> Outcome:
    from defusedxml import ElementTree

    outcome = Outcome(suite, code, seconds, {"passed": 0, "failed": 0, "skipped": 0}, set(), {})
    cases = ElementTree.parse(report).getroot().iter("testcase") if report.exists() else ()
    for case in cases:
        name = f"{case.get('classname')}::{case.get('name')}"
        skip = case.find("skipped")
        if skip is not None and skip.get("type") == "pytest.skip":
            outcome.skipped[name] = skip.get("message", "")
            outcome.counts["skipped"] += 1
            continue
        outcome.ran.add(name)
        failed = case.find("failure") is not None or case.find("error") is not None
        outcome.counts["failed" if failed else "passed"] += 1
    return outcome


def never_run(outcomes: list[Outcome]) -> list[str]:
    """Tests skipped in one suite and run in no other, by reason."""
    ran = set().union(*(outcome.ran for outcome in outcomes))
    by_reason: dict[str, set[str]] = {}
    for outcome in outcomes:
        for name, reason in outcome.skipped.items():
            if name not in ran:
                by_reason.setdefault(reason, set()).add(name)
    return [f"{len(names)} skipped ({reason}): {min(names)}" for reason, names in sorted(by_reason.items())]


def main() -> None:
    enter("scripts.test", "dev")
    from scripts import assets

    assets.main()
    extra = [argument for argument in sys.argv[1:] if argument != "--strict"]
    suites, missing = plan()
    outcomes = [run(suite, extra) for suite in suites]
    print("\n=== all suites")
    for each in outcomes:
        counts = ", ".join(f"{number} {word}" for word, number in each.counts.items())
        print(f"{'ok    ' if each.code == 0 else 'FAILED'} {each.suite.title}: {counts} in {each.seconds:.0f} s")
    missing += never_run(outcomes)
    for line in missing:
        print(f"NOT RUN: {line}")
    strict = "--strict" in sys.argv
    raise SystemExit(int(any(each.code for each in outcomes) or (strict and bool(missing))))


if __name__ == "__main__":
    main()
