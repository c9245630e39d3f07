"""``make bench``: one JSON line a measure, {"name", "ours", "reference", "unit", "ratio", "goal"}; on PostgreSQL
with the large city.

Both sides of a ratio are taken in the same run and in turn. Names may be given to measure only those: ``make bench
ARGS="list save"``.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import uuid
from html import unescape
from typing import Any
from urllib.parse import urlencode

from bench.databases import LARGE, SMALL, City, aggregate, vacuum
from bench.server import Call, Client, in_turn, login, serve
from core.periods import Freq, period_of

NEXT = re.compile(r'<a[^>]*rel="next"[^>]*href="([^"]+)"')
PAGES = 2000
EVERYTHING = ("list", "list_admin", "deep", "search", "save", "matrix", "export", "import", "remind", "growth")
LIST = "/meetings/"
HELLO = "/bench/hello/"
WORDS = ("主题", "党费", "错时", "结对", "隔壁")


def line(name: str, ours: float, reference: float, unit: str, goal: float, **more: Any) -> None:
    figures = {"name": name, "ours": round(ours, 2), "reference": round(reference, 2), "unit": unit}
    print(json.dumps({**figures, "ratio": round(ours / reference, 2), "goal": goal, **more}), flush=True)


def work(city: City, *arguments: str) -> dict[str, Any]:
    """One measurement in a process of its own."""
    command = [sys.executable, "-m", "bench.work", *arguments]
    done = subprocess.run(command, env=city.environment(), check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


class Saver:
    """Posts a log with twenty attendances, every time a new one."""

    def __init__(self, city: City, port: int) -> None:
        target = work(city, "save_target")
        self.client, self.branch = login(city, target["username"], port), str(target["branch"])
        self.members = target["members"]
        self.hello: Call = lambda: self.client.get(HELLO)

    def __call__(self) -> None:
        fields = {
            "branch": self.branch, "kind": "theme_day", "held_on": today().isoformat(), "title": "主题党日",
            "draft": str(uuid.uuid4()), "host": "主持人", "recorder": "记录人", "agenda": "学习安排",
            "discussion": "会议听取了情况说明，大家没有不同意见。" * 20,
        }  # fmt: skip
        marks = [(f"status-{pk}", "6") for pk in self.members]
        location = self.client.post("/meetings/record/", [*fields.items(), *marks])
        if not re.fullmatch(r"/meetings/\d+/", location):
            raise RuntimeError(f"the log was not saved: {location[:800]}")


def today() -> Any:
    from datetime import datetime

    from core.periods import LOCAL_ZONE

    return datetime.now(LOCAL_ZONE).date()


def next_page(page: str) -> str:
    found = NEXT.search(page)
    if found is None:
        raise RuntimeError("no next page")
    return unescape(found.group(1))


def walk(client: Client, pages: int) -> str:
    """The address reached by so many clicks on "next"."""
    address = LIST
    for _ in range(pages):
        step = next_page(client.get(address))
        address = step if step.startswith("/") else LIST + step
    return address


def measure_lists(client: Client, names: set[str]) -> None:
    calls: dict[str, Call] = {"hello": lambda: client.get(HELLO), "list": lambda: client.get(LIST)}
    if "list_admin" in names:
        calls["admin"] = lambda: client.get("/bench/admin/branches/meeting/")
    times = in_turn(calls, rounds=30)
    if "list" in names:
        line("list", times["list"], times["hello"], "ms", 5)
    if "list_admin" in names:
        line("list_admin", times["list"], times["admin"], "ms", 0.1)
    if "deep" in names:
        address = walk(client, PAGES)
        times = in_turn({"first": lambda: client.get(LIST), "deep": lambda: client.get(address)}, rounds=30)
        line("deep", times["deep"], times["first"], "ms", 1.2)


def measure_search(client: Client) -> None:
    """The search box with words of two characters: in every second log, in every tenth, in a few, in none."""
    calls: dict[str, Call] = {"hello": lambda: client.get(HELLO)}
    for word in WORDS:
        calls[word] = lambda word=word: client.get(f"/search/?{urlencode({'q': word})}")  # type: ignore[misc]
    times = in_turn(calls, rounds=20)
    slowest = max(WORDS, key=lambda word: times[word])
    each = {word: round(times[word], 1) for word in WORDS}
    line("search", times[slowest], times["hello"], "ms", 20, slowest=slowest, words=each)


def measure_save(port: int) -> None:
    saver = Saver(LARGE, port)
    times = in_turn({"hello": saver.hello, "save": saver}, rounds=30)
    line("save", times["save"], times["hello"], "ms", 6)


def matrix_address() -> str:
    return f"/obligations/?period={period_of(today(), Freq.QUARTER).code}&view=branches&all=1"


def measure_matrix(client: Client) -> None:
    """The page with every branch on it, and in turn with it the bare statement that reads its cells."""
    shown = client.get(matrix_address()).count('<th scope="row"')
    with aggregate(LARGE, period_of(today(), Freq.QUARTER)) as bare:
        times = in_turn({"matrix": lambda: client.get(matrix_address()), "bare": bare}, rounds=15)
    line("matrix", times["matrix"], times["bare"], "ms", 3, branches=shown)


def measure_growth(client: Client, port: int, small_port: int) -> None:
    little = login(SMALL, "gongwei", small_port)
    pages = {"list": LIST, "matrix": matrix_address()}
    calls: dict[str, Call] = {}
    for name, address in pages.items():
        calls[name] = lambda address=address: client.get(address)  # type: ignore[misc]
        calls[f"{name}_small"] = lambda address=address: little.get(address)  # type: ignore[misc]
    calls |= {"save": Saver(LARGE, port), "save_small": Saver(SMALL, small_port)}
    times = in_turn(calls, rounds=20)
    for name in ("list", "save", "matrix"):
        line(f"growth_{name}", times[name], times[f"{name}_small"], "ms", 1.3)


def measure_export() -> None:
    ours, reference = work(LARGE, "export_ours"), work(LARGE, "export_reference")
    line("export", ours["s"], reference["s"], "s", 0.5, rows=ours["rows"], peak_mb=ours["mb"], peak_goal_mb=300)


def measure_import() -> None:
    ours, reference = work(LARGE, "import_ours"), work(LARGE, "import_reference")
    vacuum(LARGE.url, "branches_member, branches_membership, branches_rosterbatch")  # what was rolled back
    parts = {name: ours[name] for name in ("upload", "check", "commit")}
    line("import", ours["s"], reference["s"], "s", 5, rows=ours["rows"], **parts)


def measure_remind() -> None:
    ours = work(LARGE, "remind_ours")
    reference = work(LARGE, "remind_reference", str(ours["rows"]))
    line("remind", ours["s"], reference["s"], "s", 10, rows=ours["rows"])


def measure(names: set[str]) -> None:
    if names & {"list", "list_admin", "deep", "search", "save", "matrix", "growth"}:
        with serve(LARGE) as port:
            client = login(LARGE, "gongwei", port)
            if names & {"list", "list_admin", "deep"}:
                measure_lists(client, names)
            if "search" in names:
                measure_search(client)
            if "save" in names:
                measure_save(port)
            if "matrix" in names:
                measure_matrix(client)
            if "growth" in names:
                with serve(SMALL) as small_port:
                    measure_growth(client, port, small_port)
    for name, function in (("export", measure_export), ("import", measure_import), ("remind", measure_remind)):
        if name in names:
            function()


def main(arguments: list[str]) -> None:
    names = set(arguments) or set(EVERYTHING)
    if unknown := names - set(EVERYTHING):
        raise SystemExit(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(EVERYTHING)}")
    LARGE.prepare()
    if "growth" in names:
        SMALL.prepare()
    measure(names)


if __name__ == "__main__":
    main(sys.argv[1:])
