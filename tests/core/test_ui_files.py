"""What holds for every template, style sheet and script of the portal."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import get_template

from core.ui import registered_navigation
from scripts.assets import FILES

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STATIC = sorted(path for path in (ROOT / "static").rglob("*") if path.suffix in {".css", ".js", ".svg"})
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)[^>]*>(?!\s*</script>)|<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|hx-on|javascript:|\bjs:"
)
ELSEWHERE = re.compile(r"(?:https?:)?//(?!www\.w3\.org/)[a-z0-9-]+\.[a-z]", re.IGNORECASE)
ICON = re.compile(r"""\{% icon ["']([a-z0-9-]+)["']|\bti-([a-z0-9-]+)|icon=["']([a-z0-9-]+)["']""")
COLOURS = re.compile(r"--dj-([a-z0-9-]+): (#[0-9a-f]{6});")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_template_compiles_and_has_nothing_inline(path: Path) -> None:
    get_template(str(path.relative_to(ROOT / "templates")))
    source = path.read_text()
    assert not INLINE.search(source), INLINE.search(source)
    assert not ELSEWHERE.search(source), ELSEWHERE.search(source)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_static_files_of_a_template_exist(path: Path) -> None:
    for file in re.findall(r"\{% static ['\"]([^'\"]+)['\"]", path.read_text()):
        is_vendor = file.startswith("vendor/") and file.removeprefix("vendor/") in FILES
        assert is_vendor or finders.find(file), file


@pytest.mark.parametrize("path", STATIC, ids=name)
def test_no_request_leaves_the_machine(path: Path) -> None:
    source = path.read_text()
    assert not ELSEWHERE.search(source), ELSEWHERE.search(source)
    assert "eval(" not in source


def test_every_icon_exists_in_the_font() -> None:
    sheet = finders.find("vendor/icons/tabler-icons.min.css")
    if sheet is None:
        pytest.skip("browser assets are not installed (scripts/assets.py)")
    known = set(re.findall(r"\.ti-([a-z0-9-]+):+before", Path(sheet).read_text()))
    used = {icon for path in TEMPLATES for match in ICON.findall(path.read_text()) for icon in match if icon}
    used |= {item.icon for item in registered_navigation()} | set(_icons_of_tags())
    assert used - known == set()


def _icons_of_tags() -> list[str]:
    """The icons of the tables in core/templatetags/ui.py, read without repeating them here."""
    tree = ast.parse((ROOT / "core" / "templatetags" / "ui.py").read_text())
    tables = [node.value for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)]
    values = [value for table in tables for value in table.values]
    names = [value.elts[1] if isinstance(value, ast.Tuple) else value for value in values]
    return [node.value for node in names if isinstance(node, ast.Constant) and node.value]


def _themes() -> dict[str, dict[str, str]]:
    source = (ROOT / "static" / "css" / "portal.css").read_text()
    light, dark = source.split('[data-bs-theme="dark"] {', 1)
    base = dict(COLOURS.findall(light))
    return {"light": base, "dark": {**base, **dict(COLOURS.findall(dark.split("}", 1)[0]))}}


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio, 1 to 21."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


PAIRS = [
    *((text, ground) for text in ("text", "text-2", "red-text") for ground in ("ground", "surface", "surface-2")),
    *((state, f"{state}-soft") for state in ("done", "due", "overdue", "waived", "draft")),
    *((state, "surface") for state in ("done", "due", "overdue", "waived", "draft", "gold-text")),
    *(("on-state", state) for state in ("done", "due", "gold-text", "red-text", "text-2")),
    *(("text", soft) for soft in ("red-soft", "gold-soft", "done-soft", "due-soft")),
    *(("on-red", "red"), ("on-red", "red-strong"), ("on-bar", "bar")),
    *(("red-text", "red-soft"), ("gold-text", "gold-soft")),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_contrast_is_wcag_aa(theme: str, text: str, ground: str) -> None:
    colours = _themes()[theme]
    assert contrast(colours[text], colours[ground]) >= 4.5
