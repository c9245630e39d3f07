"""The processes of a portal on one machine: Redis, gunicorn, a Celery worker and beat."""

import fcntl
import http.client
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from config.celery import app
from scripts import assets, brokers
from scripts.bootstrap import PYTHON, ROOT, give_up
from scripts.supervisor import Child, end_all

START_TIMEOUT = 90.0
STOP_PATIENCE = 8.0  # a longer task is killed, and resumed at the next start from its job row
REDIS_PATIENCE = 3.0
SHOWN_ACCOUNTS = 12
ANY_HOST = {"0.0.0.0", "::", ""}  # noqa: S104


class StopPortal(BaseException):
    """Somebody wants us to end."""


def on_signal(number: int, frame: FrameType | None) -> None:
    raise StopPortal


def say(line: str) -> None:
    print(line, flush=True)


def hold_var_dir(var_dir: Path) -> int:
    """One portal per VAR_DIR: a second would share its database, keys and Redis. The lock lives as long as we do."""
    var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(var_dir / "run.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        give_up(f"A portal is already running on {var_dir}. Stop it, or use another VAR_DIR.")
    return handle


def environment(host: str, port: int, var_dir: Path) -> dict[str, str]:
    env = {**os.environ, "PORT": str(port), "VAR_DIR": str(var_dir), "PYTHONUNBUFFERED": "1"}
    env.setdefault("HTTPS", "off")  # there is no certificate on a first try
    if host not in {"127.0.0.1", "localhost"}:
        env.setdefault("ALLOWED_HOSTS", "*" if host in ANY_HOST else f"127.0.0.1,localhost,{host}")
    return env


def http_answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1" if host in ANY_HOST else host, port, timeout=5)
    try:
        connection.request("GET", "/login/")
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def account_lines(path: Path) -> list[str]:
    """One account of every role first: these are what a newcomer wants."""
    accounts = json.loads(path.read_text()) if path.is_file() else []
    firsts = {account["role"]: account for account in reversed(accounts)}
    ordered = sorted(accounts, key=lambda account: account is not firsts[account["role"]])
    row = "  {username:<18} {password:<20} {role_name}  {organisation}"
    lines = [row.format_map({"role_name": account["role"], **account}) for account in ordered[:SHOWN_ACCOUNTS]]
    if len(accounts) > len(lines):
        lines.append(f"  ... all {len(accounts)} accounts: {path}")
    return lines


class Portal:
    def __init__(self, host: str, port: int, var_dir: Path) -> None:
        self.host, self.port, self.var_dir = host, port, var_dir
        self.env = environment(host, port, var_dir)
        self.redis: list[Child] = []
        self.children: list[Child] = []

    def run(self) -> int:
        """Until a signal (0) or a child that cannot be kept alive (1)."""
        os.umask(0o077)  # database, logs and files of members are for this account alone, whoever made the folder
        lock = hold_var_dir(self.var_dir)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, on_signal)
        try:
            self.start()
            return self.supervise()
        except StopPortal:
            say("Stopping.")
            return 0
        finally:
            self.stop()
            os.close(lock)

    def start(self) -> None:
        assets.main()
        self.start_redis()
        if subprocess.run([PYTHON, "-m", "scripts.prepare"], cwd=ROOT, env=self.env, check=False).returncode:
            give_up("The database or the static files could not be prepared (see above).")
        self.children = [self.child(name, *command) for name, command in self.commands().items()]
        for child in self.children:
            child.start()
        web, worker = self.children[:2]
        os.environ.update(self.env)  # what our own Celery application, the one that pings, reads
        self.wait_for(web, lambda: http_answers(self.host, self.port))
        self.wait_for(worker, self.worker_answers)
        say(f"READY http://{'127.0.0.1' if self.host in ANY_HOST else self.host}:{self.port}")
        for line in account_lines(self.var_dir / "demo_accounts.json"):
            say(line)
        say(f"Ctrl-C stops everything. Logs: {self.var_dir / 'log'}")

    def child(self, name: str, *command: str) -> Child:
        return Child(name, list(command), env=self.env, cwd=ROOT, log=self.var_dir / "log" / f"{name}.log")

    def start_redis(self) -> None:
        if url := self.env.get("REDIS_URL"):
            if not brokers.answers(url):
                give_up("No Redis answers at REDIS_URL. Start it, or unset REDIS_URL to use a private one.")
            return
        binary = brokers.server_binary()
        if not binary:
            give_up("There is no Redis for this machine: apt install -y redis-server, or set REDIS_URL.")
        socket = brokers.socket_path(self.var_dir)
        self.env["REDIS_URL"] = url = f"unix://{socket}"
        self.redis = [self.child("redis", *brokers.server_command(binary, socket, self.var_dir / "redis"))]
        self.redis[0].start()
        self.wait_for(self.redis[0], lambda: brokers.answers(url))

    def commands(self) -> dict[str, list[str]]:
        python = [str(PYTHON), "-m"]
        web = [*python, "gunicorn", "config.wsgi", "--bind", f"{self.host}:{self.port}", "--worker-class", "gthread"]
        web += ["--workers", self.env.get("WEB_WORKERS", "2"), "--threads", "4", "--timeout", "60"]
        web += ["--graceful-timeout", "5", "--no-control-socket"]
        worker = [*python, "celery", "-A", "config", "worker", "--loglevel", "INFO", "--hostname", "portal@%h"]
        worker += ["--concurrency", self.env.get("CELERY_WORKERS", "2"), "--without-gossip", "--without-mingle"]
        beat = [*python, "celery", "-A", "config", "beat", "--loglevel", "INFO", "--pidfile="]
        return {"web": web, "worker": worker, "beat": beat}

    def worker_answers(self) -> bool:
        try:
            return bool(app.control.ping(timeout=1))
        except app.connection_for_write().connection_errors:
            return False

    def wait_for(self, child: Child, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while not condition():
            if time.monotonic() > deadline or not child.is_running:
                say(child.tail())
                give_up(f"The {child.name} process did not start. The end of {child.log} is above.")
            time.sleep(0.1)

    def supervise(self) -> int:
        while True:
            for child in (*self.redis, *self.children):
                if not child.is_running and not self.revive(child):
                    return 1
            time.sleep(0.5)

    def revive(self, child: Child) -> bool:
        if not child.may_restart():
            say(f"{child.tail()}\nThe {child.name} process keeps ending; giving up. Its log: {child.log}")
            return False
        say(f"The {child.name} process ended; starting it again.")
        child.restart()
        return True

    def stop(self) -> None:
        """Redis last: a task that is ending still wants to report."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        end_all(self.children, patience=STOP_PATIENCE)
        end_all(self.redis, patience=REDIS_PATIENCE)
