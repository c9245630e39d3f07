"""A real server on a free port, and clients that ask it in turn."""

from __future__ import annotations

import http.client
import json
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from bench.databases import City

Call = Callable[[], None]


class Client:
    """One logged-in browser, as far as HTTP goes."""

    def __init__(self, port: int, cookie: str) -> None:
        self.port, self.cookie = port, cookie

    def get(self, path: str) -> str:
        return self._send("GET", path)

    def post(self, path: str, fields: list[tuple[str, str]]) -> str:
        """Post a form; a redirect is success and gives its target, anything else raises."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": "a" * 32}
        return self._send("POST", path, urlencode(fields), headers)

    def _send(self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, body, {"Cookie": self.cookie, **(headers or {})})
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        if response.status != (200 if method == "GET" else 302):
            raise RuntimeError(f"{method} {path}: {response.status} {text[:500]}")
        return response.getheader("Location") or text


@contextmanager
def serve(city: City) -> Iterator[int]:
    """gunicorn with two workers on the city's database; gives the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2",
        "--log-level", "error", "--no-control-socket",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=city.environment())
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")


def login(city: City, username: str, port: int) -> Client:
    """A session for the user, made beside the server, as a login would make it."""
    command = [sys.executable, "-m", "bench.work", "login", username]
    made = subprocess.run(command, env=city.environment(), check=True, capture_output=True, text=True).stdout
    return Client(port, json.loads(made)["cookie"] + f"; csrftoken={'a' * 32}")


def in_turn(calls: dict[str, Call], rounds: int = 40, warm: int = 4) -> dict[str, float]:
    """Median milliseconds of each call, taken in turn so that a drifting machine drifts for all alike."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(rounds + warm):
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            if number >= warm:
                times[name].append((time.perf_counter() - began) * 1000)
    return {name: statistics.median(found) for name, found in times.items()}
