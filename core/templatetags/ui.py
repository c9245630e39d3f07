"""Template tags of the look: icons, badges, progress, empty states, breadcrumbs."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import template
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import ui

register = template.Library()

TONES = {
    "done": "circle-check",
    "due": "clock",
    "overdue": "alert-triangle",
    "waived": "circle-minus",
    "draft": "pencil",
    "info": "info-circle",
    "neutral": "",
}
FLASHES = {
    "success": ("success", "circle-check"),
    "warning": ("warning", "alert-triangle"),
    "error": ("danger", "alert-circle"),
    "danger": ("danger", "alert-circle"),
}


@register.simple_tag
def drawn(template: str) -> SafeString:
    """A fixed part of every page, drawn once a process."""
    return ui.drawn(template)


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, extra: str = "") -> SafeString:
    """A decorative icon of the web font; `name` without its "ti-"."""
    return format_html('<i class="ti ti-{}{}" aria-hidden="true"></i>', name, f" {extra}" if extra else "")


@register.simple_tag
def badge(label: str, tone: str = "neutral", icon_name: str = "") -> SafeString:
    """A state badge: the tone gives its colour and icon, so colour is never the only sign."""
    tone = tone if tone in TONES else "neutral"
    name = icon_name or TONES[tone]
    return format_html(
        '<span class="badge state state-{}">{}{}</span>', tone, icon(name) if name else SafeString(""), label
    )


@register.inclusion_tag("components/_progress.html")
def progress(done: int, total: int, label: str = "", tone: str = "") -> dict[str, Any]:
    """A labelled progress bar of `done` out of `total`."""
    return {"done": done, "total": total, "label": label, "tone": tone, "percent": percent(done, total)}


@register.inclusion_tag("components/_empty.html")
def empty_state(title: str, hint: str = "", url: str = "", action: str = "", icon: str = "") -> dict[str, str]:
    """What stands where a list would: what is missing and what to do next."""
    return {"title": title, "hint": hint, "url": url, "action": action, "icon": icon}


@register.simple_tag
def crumb(label: Any, url_name: str = "", *args: Any, **kwargs: Any) -> SafeString:
    """One breadcrumb; without a URL name it is the page itself."""
    return crumb_link(label, reverse(url_name, args=args, kwargs=kwargs) if url_name else "")


@register.simple_tag
def crumb_link(label: Any, url: str = "") -> SafeString:
    """One breadcrumb to a URL that is known already."""
    if url:
        return format_html('<li class="breadcrumb-item"><a href="{}">{}</a></li>', url, label)
    return format_html('<li class="breadcrumb-item active" aria-current="page">{}</li>', label)


@register.filter
def flash_tone(level: str) -> str:
    """The alert class of a message level."""
    return FLASHES.get(level, ("info", ""))[0]


@register.filter
def flash_icon(level: str) -> str:
    """The icon of a message level."""
    return FLASHES.get(level, ("", "info-circle"))[1]


@register.filter
def percent(part: float | None, whole: float | None) -> int:
    """Whole percent of `part` in `whole`, rounded down so that 100 means all; 0 when there is nothing to do."""
    return int(part * 100 // whole) if part and whole else 0


BROWSERS = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "安卓手机"),
    ("iPhone", "苹果手机"),
    ("iPad", "苹果平板"),
    ("Windows", "Windows电脑"),
    ("Macintosh", "苹果电脑"),
    ("Linux", "Linux电脑"),
)


@register.filter
def device(agent: str) -> str:
    """A user agent in words that its owner recognises."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "其他浏览器")
    system = next((name for mark, name in SYSTEMS if mark in agent), "其他设备")
    return f"{system}，{browser}"


@register.filter
def model_title(label: str) -> str:
    """The name of a model as people say it; the label itself where there is no such model any more."""
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label


@register.filter
def field_title(name: str, label: str) -> str:
    """The name of a model's field as people say it; the key itself where the event recorded no field."""
    return str(getattr(_field(label, name), "verbose_name", name))


@register.simple_tag
def field_text(label: str, name: str, value: Any) -> str:
    """A recorded value as people say it: the label of a choice, 是 or 否, a list in one line."""
    if value is None or isinstance(value, bool):
        return {None: "", True: "是", False: "否"}[value]
    labels = {str(key): str(text) for key, text in getattr(_field(label, name), "flatchoices", ())}
    values = value if isinstance(value, list) else [value]
    return "、".join(labels.get(str(one), str(one)) for one in values)


def _field(label: str, name: str) -> Any:
    try:
        return apps.get_model(label)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return None
