"""`make run`: starts everything, keeps it alive, ends all of it."""

import contextlib
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.ops.portals import ROOT, RunningPortal, free_port, still_alive

pytestmark = pytest.mark.slow
FIRST_START = 240
SECOND_START = 60


@pytest.fixture(scope="module")
def var_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("portal")


@pytest.fixture(scope="module")
def portal(var_dir: Path) -> Iterator[RunningPortal]:
    running = RunningPortal(var_dir)
    try:
        running.wait_for_line("READY ", timeout=FIRST_START)
        yield running
    finally:
        running.stop()


def test_a_newcomer_gets_the_address_and_accounts_that_work(portal: RunningPortal) -> None:
    assert portal.lines[-1] == f"READY {portal.url}"
    status, page = portal.get("/login/")
    assert status == 200
    assert "登录" in page

    accounts = json.loads((portal.var_dir / "demo_accounts.json").read_text())
    assert {"username", "password", "role", "organisation"} <= set(accounts[0])
    assert (portal.var_dir / "demo_accounts.json").stat().st_mode & 0o077 == 0
    printed = portal.wait_for_line("  ", timeout=5)
    assert accounts[0]["password"] in printed


def test_the_pages_name_only_files_that_are_served(portal: RunningPortal) -> None:
    _, page = portal.get("/login/")
    links = [part.split('"')[0] for part in page.split('"/static/')[1:]]
    assert links
    for link in links:
        assert portal.get(f"/static/{link}")[0] == 200


def test_a_second_portal_on_the_same_folder_is_refused(portal: RunningPortal) -> None:
    second = RunningPortal(portal.var_dir)
    assert second.process.wait(30) == 1
    with pytest.raises(AssertionError, match="already running"):
        second.wait_for_line("READY", timeout=1)


@pytest.mark.parametrize("name", ["gunicorn", "worker", "beat", "redis-server"])
def test_a_killed_child_is_started_again(portal: RunningPortal, name: str) -> None:
    before = [child for child in portal.family() if name in " ".join(child.cmdline())]
    assert before
    before[0].send_signal(signal.SIGKILL)
    portal.wait_for_line("The ", timeout=20)
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        after = [child for child in portal.family() if name in " ".join(child.cmdline())]
        if after and before[0] not in after:
            break
        time.sleep(0.2)
    assert after
    assert before[0] not in after
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            assert portal.get("/login/")[0] == 200
            return
        time.sleep(0.2)
    pytest.fail(f"the portal did not answer after its {name} was killed")


def test_sigterm_ends_everything_and_the_next_start_is_quick(portal: RunningPortal) -> None:
    family = portal.family()
    assert len(family) >= 6
    started = time.monotonic()
    assert portal.stop(signal.SIGTERM) == 0
    assert time.monotonic() - started < 15
    assert still_alive(family, timeout=1) == []

    again = RunningPortal(portal.var_dir)
    again.wait_for_line("READY ", timeout=SECOND_START)
    family = again.family()
    assert again.stop(signal.SIGINT) == 0
    assert still_alive(family, timeout=1) == []


def test_a_killed_supervisor_leaves_nobody_behind(var_dir: Path) -> None:
    running = RunningPortal(var_dir)
    running.wait_for_line("READY ", timeout=SECOND_START)
    family = running.family()
    running.stop(signal.SIGKILL)
    assert still_alive(family, timeout=15) == []


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        running = RunningPortal(tmp_path, port=port)
        assert running.process.wait(30) == 1
        assert f"Port {port} cannot be used" in running.wait_for_line("Port", timeout=1)
    assert running.lines == running.lines[-1:]
    assert not list(tmp_path.iterdir())


def test_stopped_while_still_starting(tmp_path: Path) -> None:
    running = RunningPortal(tmp_path, port=free_port())
    time.sleep(2)
    family = running.family()
    assert running.stop(signal.SIGTERM) in {0, -signal.SIGTERM}
    assert still_alive(family, timeout=5) == []


def test_make_passes_the_signal_on(var_dir: Path) -> None:
    port = free_port()
    command = ["make", "run", f"PYTHON={sys.executable}"]
    env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "VAR_DIR": str(var_dir), "PORT": str(port)}
    make = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert make.stdout is not None
    for line in make.stdout:
        if line.startswith("READY"):
            break
    family = psutil.Process(make.pid).children(recursive=True)
    make.terminate()
    make.stdout.close()
    make.wait(20)
    assert still_alive(family, timeout=1) == []
