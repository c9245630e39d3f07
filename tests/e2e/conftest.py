"""One real portal for all browser tests: embedded database, private Redis, gunicorn, worker and beat."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.ops.portals import RunningPortal

START = 240
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's own Chromium; it must not look for anything outside the machine."""
    named = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
    return {"executable_path": named, "args": [*quiet, "--no-first-run", "--disable-component-update"]}


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    running = RunningPortal(tmp_path_factory.mktemp("e2e"))
    try:
        running.wait_for_line("READY ", timeout=START)
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def accounts(portal: RunningPortal) -> dict[str, dict[str, str]]:
    """The demo accounts by username."""
    listing = json.loads(Path(portal.var_dir / "demo_accounts.json").read_text())
    return {account["username"]: account for account in listing}


@pytest.fixture
def sign_in(
    portal: RunningPortal, accounts: dict[str, dict[str, str]], browser: Browser
) -> Iterator[Callable[..., Page]]:
    """``sign_in("gongwei", phone=True)``: a page of its own browser context, logged in through the login page.

    Every request that would leave the machine fails the test, and so does an error in the page's console.
    """
    pages: list[tuple[Any, list[str]]] = []

    def start(username: str, *, phone: bool = False, **options: Any) -> Page:
        context = browser.new_context(
            base_url=portal.url, viewport=PHONE if phone else DESK, locale="zh-CN", accept_downloads=True, **options
        )
        complaints: list[str] = []
        page = context.new_page()
        page.on("request", lambda request: _check_place(request.url, portal.url, complaints))
        page.on("pageerror", lambda error: complaints.append(f"error in the page: {error}"))
        page.on(
            "console",
            lambda line: complaints.append(f"console: {line.text}") if "Content Security Policy" in line.text else None,
        )
        pages.append((context, complaints))
        page.goto("/login/")
        page.get_by_label("用户名").fill(username)
        page.locator("input[type=password]").fill(accounts[username]["password"])
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(f"{portal.url}/")
        return page

    yield start
    found = [line for _, complaints in pages for line in complaints]
    for context, _ in pages:
        context.close()
    assert found == []


def _check_place(url: str, home: str, complaints: list[str]) -> None:
    if not url.startswith((home, "data:", "blob:")):
        complaints.append(f"a request left the machine: {url}")
