"""A portal started by `scripts.run`, as a newcomer starts it."""

import contextlib
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
EMBEDDED = {"DATABASE_URL", "REDIS_URL", "VAR_DIR", "PORT", "HTTPS", "DJANGO_SETTINGS_MODULE", "TESTING"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RunningPortal:
    def __init__(self, var_dir: Path, *, port: int | None = None, **env: str) -> None:
        self.var_dir, self.port = var_dir, port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.lines: list[str] = []
        self._queue: queue.Queue[str | None] = queue.Queue()
        clean = {key: value for key, value in os.environ.items() if key not in EMBEDDED}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "scripts.run"],
            cwd=ROOT,
            env={**clean, "VAR_DIR": str(var_dir), "PORT": str(self.port), **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with contextlib.closing(self.process.stdout) as output:
            for line in output:
                self._queue.put(line.rstrip("\n"))
        self._queue.put(None)

    def wait_for_line(self, start: str, *, timeout: float) -> str:
        """The next line that begins with `start`; fails with everything printed if it does not come."""
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = self._queue.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                break
            self.lines.append(line)
            if line.startswith(start):
                return line
        raise AssertionError(f"no line {start!r} in {timeout} s; printed:\n" + "\n".join(self.lines))

    def get(self, path: str) -> tuple[int, str]:
        with urllib.request.urlopen(f"{self.url}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self, number: int = signal.SIGTERM, *, timeout: float = 20) -> int:
        """Exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            for child in self.family():
                child.kill()
            self.process.kill()
            raise


def still_alive(family: list[psutil.Process], *, timeout: float) -> list[psutil.Process]:
    """Those of `family` that still run after `timeout` seconds; a zombie does not run."""
    deadline = time.monotonic() + timeout
    while True:
        alive = [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
        if not alive or time.monotonic() > deadline:
            return alive
        time.sleep(0.1)
