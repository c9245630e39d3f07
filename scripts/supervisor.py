"""Keeps a handful of child processes alive, and ends all of them together."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1
RESTARTS = 5
RESTART_WINDOW = 120.0
LOG_LIMIT = 10 * 1024 * 1024


def _die_with_parent() -> None:
    """Linux only; a supervisor killed by SIGKILL then leaves nobody behind."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One process in a session of its own, so that a Ctrl-C in the terminal reaches the supervisor alone."""

    def __init__(self, name: str, command: list[str], *, env: Mapping[str, str], cwd: Path, log: Path) -> None:
        self.name, self.command, self.env, self.cwd, self.log = name, command, dict(env), cwd, log
        self.process: subprocess.Popen[bytes] | None = None
        self.restarts: list[float] = []

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".old.log"))
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                env=self.env,
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - the supervisor has one thread
            )

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def signal(self, number: int) -> None:
        """To the whole family: workers of workers are in the same group."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def end(self) -> None:
        """Ask the process itself; it knows how to end its own workers."""
        if self.process is not None and self.is_running:
            with suppress(ProcessLookupError):
                self.process.terminate()

    def may_restart(self) -> bool:
        now = time.monotonic()
        self.restarts = [moment for moment in self.restarts if now - moment < RESTART_WINDOW]
        return len(self.restarts) < RESTARTS

    def restart(self) -> None:
        self.signal(signal.SIGKILL)  # what the dead process left behind
        time.sleep(min(2.0 ** len(self.restarts) * 0.25, 4.0))
        self.restarts.append(time.monotonic())
        self.start()

    def tail(self, lines: int = 20) -> str:
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def end_all(children: Iterable[Child], *, patience: float) -> None:
    """SIGTERM, then after `patience` seconds SIGKILL to whoever is left, workers of workers included."""
    family = list(children)
    for child in family:
        child.end()
    deadline = time.monotonic() + patience
    while any(child.is_running for child in family) and time.monotonic() < deadline:
        time.sleep(0.05)
    for child in family:
        child.signal(signal.SIGKILL)
        if child.process is not None:
            child.process.wait()
