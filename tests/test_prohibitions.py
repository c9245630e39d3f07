"""N1–N16 of 为基层减负 (docs/manual, the portal's own prohibitions), asked of the whole portal by introspection.

Each test names what must not be there and looks for it everywhere: models, forms, lists, routes, pages. What a service
refuses (N10 naming without a basis, N16 an inspection outside the plan, N11 numbers in free text) is tested beside it.
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from core.ledgers import Ledger

ROOT = Path(__file__).resolve().parent.parent
OURS = ("core", "accounts", "branches", "education", "discipline", "oversight", "outreach", "assessment", "reports")


def our_models() -> Iterator[type[models.Model]]:
    for app in OURS:
        yield from apps.get_app_config(app).get_models()


def our_fields() -> Iterator[tuple[str, models.Field]]:
    for model in our_models():
        for field in model._meta.concrete_fields:
            yield f"{model._meta.label}.{field.name}", field


def modules(room: str) -> Iterator[Any]:
    """Every module of a room, in every app."""
    for app in OURS:
        try:
            top = importlib.import_module(f"{app}.{room}")
        except ModuleNotFoundError:
            continue
        yield top
        for found in pkgutil.walk_packages(getattr(top, "__path__", []), f"{app}.{room}."):
            yield importlib.import_module(found.name)


def classes(room: str, base: type) -> list[type]:
    found = {
        item
        for module in modules(room)
        for _, item in inspect.getmembers(module, inspect.isclass)
        if issubclass(item, base) and item.__module__ == module.__name__ and item is not base
    }
    return sorted(found, key=lambda item: f"{item.__module__}.{item.__name__}")


FORMS = classes("forms", forms.BaseForm)
LEDGERS = classes("ledgers", Ledger)


def url_names(resolver: Any = None) -> Iterator[str]:
    for item in (resolver or get_resolver()).url_patterns:
        if isinstance(item, URLResolver):
            yield from url_names(item)
        elif isinstance(item, URLPattern):
            yield f"{item.name} {item.pattern}"


def pages() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def test_there_is_something_to_look_at():
    assert len(list(our_fields())) > 500
    assert len(FORMS) > 50
    assert len(LEDGERS) > 25
    assert len(list(pages())) > 100


# N1 no sign-in, no QR, no GPS, no face, no streak

WATCHING = re.compile(
    r"check_?in\b|sign_?in\b|clock_?in|punch|\bqr_?code|geo_?loc|latitude|longitude|\bgps|face_?id|streak|beacon"
)


def test_n1_nothing_signs_people_in():
    kept_for_security = "accounts.signin."  # who logged in to the portal, seen by the administrators alone
    named = [name for name, _ in our_fields() if WATCHING.search(name.lower().removeprefix(kept_for_security))]
    named += [name for name in url_names() if WATCHING.search(name.lower())]
    assert named == []


def test_n1_no_page_asks_the_device_where_it_is():
    scripts = [(path.name, path.read_text(encoding="utf-8")) for path in (ROOT / "static" / "js").rglob("*.js")]
    asking = re.compile(r"geolocation|getUserMedia|BarcodeDetector|DeviceMotion|watchPosition")
    assert [name for name, text in scripts if asking.search(text)] == []
    assert [name for name, text in pages() if re.search(r"capture=|geolocation", text)] == []


# N2 no points, no ranking; N12 no list that names those behind to all

RANKING = re.compile(r"rank|leader_?board|score_?board|points_?total|\bmedal|position_in")
RANKED_WORDS = re.compile(r"排名|排行|名次|积分|得分榜|红黑榜|前十名|后十名|末位")
#: Said on pages to tell that there is none.
DENIED = re.compile(r"(不|没有|无|不得|不搞|不作)[^，。；]{0,8}(排名|排行|名次|积分)")


def test_n2_nothing_ranks():
    named = [name for name, _ in our_fields() if RANKING.search(name.lower())]
    named += [name for name in url_names() if RANKING.search(name.lower())]
    assert named == []


def test_n2_no_page_speaks_of_a_ranking():
    found = []
    for name, text in pages():
        rest = DENIED.sub("", text)
        found += [f"{name}: {word}" for word in RANKED_WORDS.findall(rest)]
    assert found == []


@pytest.mark.parametrize("ledger", LEDGERS, ids=lambda item: item.__name__)
def test_n2_no_list_can_be_sorted_by_how_much_was_done(ledger):
    """A list sorted by a count of activity is a ranking by another name."""
    counts = [column.key for column in getattr(ledger, "columns", ()) if column.kind == "number" and column.sortable]
    assert counts == []


# N3 no online time, page views, login counts, usage rates; N4 no likes, shares, reading counts, online votes

USAGE = re.compile(
    r"page_?views?|view_?count|read_?count|login_?count|visits?_?count|online_?(time|minutes|seconds)|dwell|usage|"
    r"install|active_users|likes?_?count|share_?count|\bliked|favou?rite|thumbs|poll_|reads_total|last_read"
)


def test_n3_n4_nothing_counts_use_or_applause():
    named = [name for name, _ in our_fields() if USAGE.search(name.lower())]
    named += [name for name in url_names() if USAGE.search(name.lower())]
    assert named == []


def test_n3_logins_are_seen_by_administrators_alone():
    """The time of the last login stands on the accounts' own list, and in no list of units, branches or members."""
    seen = [
        ledger.__name__
        for ledger in LEDGERS
        for column in getattr(ledger, "columns", ())
        if "last_login" in str(getattr(column, "path", "")) and ledger.__module__.split(".")[0] != "accounts"
    ]
    assert seen == []


# N5 no photo, video, screenshot or place that must be given


def test_n5_no_file_is_required_of_a_record():
    required = [name for name, field in our_fields() if isinstance(field, models.FileField) and not field.blank]
    assert required == []


def test_n5_only_imports_ask_for_a_file():
    """A workbook that somebody chose to upload; nothing else waits for a file."""
    asking = [
        f"{form.__module__}.{form.__name__}.{name}"
        for form in FORMS
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field, forms.FileField) and field.required
    ]
    assert [name for name in asking if not re.search(r"roster|dues|import", name.lower())] == []


def test_n5_no_minimum_of_words_scores():
    """Least lengths belong to reasons alone: why something is waived, returned, undone. Minutes have none."""
    wordy = [name for name, field in our_fields() if isinstance(field, models.TextField) and "word_count" in name]
    assert wordy == []


# N6 what stands in a log is linked, never typed again

#: What a log holds; a form that links a log may not demand it as well.
IN_THE_LOG = {"held_on", "place", "host", "recorder", "present", "expected", "attendance", "agenda", "discussion"}


@pytest.mark.parametrize("form", FORMS, ids=lambda item: item.__name__)
def test_n6_a_form_that_links_a_log_asks_nothing_that_the_log_holds(form):
    fields = getattr(form, "base_fields", {})
    if "meeting" not in fields:
        return
    demanded = {name for name, field in fields.items() if field.required and not field.widget.is_hidden}
    assert demanded & IN_THE_LOG == set()


# N7 every rule names its source; N8 what reminds is a deadline with a source


def rule_files() -> list[Path]:
    return sorted(path for app in OURS for path in (ROOT / app).glob("fixtures/requirements.json"))


def rules() -> list[dict[str, Any]]:
    return [row for path in rule_files() for row in json.loads(path.read_text(encoding="utf-8"))]


def test_n7_every_rule_names_its_source():
    nameless = [row["code"] for row in rules() if not row["source"].strip() or not row["label"].strip()]
    assert nameless == []
    assert len(rules()) >= 9


def test_n7_no_two_rules_share_a_code():
    keys = [(row["code"], row["valid_from"]) for row in rules()]
    assert sorted(set(keys)) == sorted(keys)


def test_n8_no_rule_asks_daily_or_weekly():
    assert {row["frequency"] for row in rules()} <= {"month", "quarter", "year", "once"}


# N11 no ID number in clear, no home address, no case file

PERSONAL = re.compile(r"id_?number|id_?card|identity_no|mobile|phone")
#: Hidden ones; the office phone; and 流动党员, which is no phone.
ALLOWED_PERSONAL = re.compile(r"cipher|hash|mask|work_phone|is_mobile")
HOMES = re.compile(r"home_?address|street|house_?no|door_?plate|residence_detail")
CASES = re.compile(r"\bclues?\b|case_?file|informant|whistle|suspect|political_review|interrogat")


def test_n11_numbers_are_hidden_and_homes_are_unknown():
    clear = [
        name for name, _ in our_fields() if PERSONAL.search(name.lower()) and not ALLOWED_PERSONAL.search(name.lower())
    ]
    assert clear == []
    assert [name for name, _ in our_fields() if HOMES.search(name.lower()) or CASES.search(name.lower())] == []


CASE_LABELS = re.compile(r"线索|案情|谈话内容|谈话记录|函询内容|政审|家庭住址|详细地址|处分决定内容")


def test_n11_no_field_is_called_so():
    labels = [(name, str(field.verbose_name)) for name, field in our_fields()]
    for form in FORMS:
        labels += [
            (f"{form.__name__}.{name}", str(field.label or ""))
            for name, field in getattr(form, "base_fields", {}).items()
        ]
    assert [name for name, label in labels if CASE_LABELS.search(label)] == []


# N14 nothing commercial


def test_n14_nothing_is_loaded_from_or_leads_elsewhere():
    """No page loads or links a foreign address; a link that a person registered is data, and stands in no template."""
    foreign = [name for name, text in pages() if re.search(r"""(?:src|href|action)=["']https?://""", text)]
    assert foreign == []
