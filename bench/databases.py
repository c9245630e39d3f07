"""The two cities that are measured: the large one, and one with a tenth of its logs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

from core.periods import Freq, Period, period_of, periods_between

ROOT = Path(__file__).resolve().parent.parent
SERVER = os.environ.get("BENCH_URL", "postgres://postgres@127.0.0.1:5432/portal_bench")


@dataclass(frozen=True)
class City:
    """A database and the demo data in it."""

    suffix: str
    arguments: tuple[str, ...]

    @property
    def url(self) -> str:
        parts = urlsplit(SERVER)
        return urlunsplit(parts._replace(path=parts.path + self.suffix))

    def environment(self) -> dict[str, str]:
        own = {"DATABASE_URL": self.url, "DJANGO_SETTINGS_MODULE": "bench.settings", "DEBUG": "off"}
        return {**os.environ, **own, "VAR_DIR": str(ROOT / "var" / "bench")}

    def prepare(self) -> None:
        """Create and fill the database unless it is there; the large one takes some ten minutes."""
        _create(self.url)
        subprocess.run([sys.executable, "-m", "scripts.assets"], cwd=ROOT, check=True, stdout=2)
        for command in (["collectstatic", "-v0", "--noinput"], ["migrate", "-v0"], ["demo_data", *self.arguments]):
            print(f"bench: {self.url.rsplit('/', 1)[1]}: {' '.join(command)}", file=sys.stderr, flush=True)
            subprocess.run([sys.executable, "manage.py", *command], env=self.environment(), check=True, stdout=2)
        vacuum(self.url)


SIZE = ("--units", "100", "--branches", "2000", "--members", "40000", "--seed", "1")
LARGE = City("", (*SIZE, "--years", "5"))
#: The same branches with half a year of logs: what grows is the number of logs alone.
SMALL = City("_small", (*SIZE, "--years", "1", "--months", "6"))


@contextmanager
def aggregate(city: City, quarter: Period) -> Iterator[Callable[[], None]]:
    """The bare SQL aggregate over the summary: what was asked and done of every branch, by rule and period."""
    months = periods_between(Freq.MONTH, quarter.starts_on, quarter.ends_on)
    codes = tuple(period.code for period in (*months, quarter, period_of(quarter.starts_on, Freq.YEAR)))
    statement = """
        SELECT organisation_id, requirement_id, period, sum(needed), sum(done), bool_or(waived)
        FROM branches_obligation WHERE period IN %s GROUP BY 1, 2, 3
    """
    connection = psycopg2.connect(city.url)
    connection.autocommit = True

    def read() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, [codes])
            cursor.fetchall()

    try:
        yield read
    finally:
        connection.close()


def vacuum(url: str, tables: str = "") -> None:
    """What autovacuum does to a city that lives; a server made for measurements may have it turned off."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM (ANALYZE) {tables}")
    connection.close()


def _create(url: str) -> None:
    name = urlsplit(url).path.lstrip("/")
    connection = psycopg2.connect(urlunsplit(urlsplit(url)._replace(path="/postgres")))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    connection.close()
