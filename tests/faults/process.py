"""A portal process with a database and a broker of its own, to be killed: `python -m tests.faults.process MODE`

Modes: `setup` makes the tables, `worker` is a Celery worker, `shell` runs the Python lines it reads.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import redirect_stdout
from typing import Any

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class NoMigrations:
    def __contains__(self, app: str) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


def slow_handler(job: Any, progress: Any) -> None:
    """Ten steps of a third of a second, then a file that says which attempt wrote it."""
    from core.jobs import result_file

    with result_file(job, "表.txt") as path:
        for step in range(10):
            progress.write()
            progress(step, 10, "第几步")
            time.sleep(0.3)
        path.write_text(f"attempt {job.attempts}")


def main(mode: str) -> None:
    settings.MIGRATION_MODULES = NoMigrations()
    django.setup()
    from core import jobs

    jobs.job_handler("slow")(slow_handler)
    if mode == "setup":
        from django.core.management import call_command

        call_command("migrate", run_syncdb=True, verbosity=0)
    elif mode == "worker":
        from config.celery import app

        app.worker_main(["worker", "--pool=solo", "--loglevel=WARNING", "--without-gossip", "--without-mingle"])
    else:
        shell()


def shell() -> None:
    answers, names = sys.stdout, {}
    with redirect_stdout(sys.stderr):
        for line in sys.stdin:
            started = time.perf_counter()
            try:
                value = eval(line, names)
            except SyntaxError:
                value = exec(line, names)
            print(f"{time.perf_counter() - started:.3f} {value}", file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
