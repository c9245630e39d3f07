"""Navigation registry and the context processor that every page is drawn with.

Core knows no domain word: each app declares its entries with `register_navigation` from its `AppConfig.ready`. An entry
is shown to those whom the door of its view lets in, so that the menu never leads to a refusal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString

from core.doors import Door

THEMES = ("light", "dark")
UNREAD_SHOWN = 99
OPEN_DOOR = Door((), ())


@dataclass(frozen=True)
class NavItem:
    """One entry of the main menu; `order` sorts entries, and groups by their first entry.

    `capabilities` (any of them) hide it from some of those whom the view would let in.
    """

    label: str
    url_name: str
    icon: str
    capabilities: tuple[str, ...] = ()
    group: str = ""
    order: int = 100


@dataclass(frozen=True)
class NavLink:
    """An entry resolved for one request."""

    label: str
    url: str
    icon: str
    active: bool


@dataclass(frozen=True)
class NavGroup:
    """Entries under one heading; an empty heading is not drawn."""

    label: str
    links: tuple[NavLink, ...]


_registered: dict[str, NavItem] = {}


def register_navigation(*items: NavItem) -> None:
    """Add menu entries; one with a known `url_name` replaces the earlier one."""
    for item in items:
        _registered[item.url_name] = item


def registered_navigation() -> list[NavItem]:
    """All entries in menu order, whoever may see them."""
    return sorted(_registered.values(), key=lambda item: (item.order, item.url_name))


def navigation(user: Any, path: str) -> tuple[NavGroup, ...]:
    """The menu of `user`, with the entry that `path` lies under marked active. Entries without a URL are left out."""
    found = [(item, url) for item in registered_navigation() if (url := _url(item.url_name, settings.ROOT_URLCONF))]
    shown = [(item, url) for item, url in found if _may_see(user, item, url)]
    active = _active_url((url for _, url in shown), path)
    grouped: dict[str, list[NavLink]] = {}
    for item, url in shown:
        grouped.setdefault(item.group, []).append(NavLink(item.label, url, item.icon, url == active))
    return tuple(NavGroup(label, tuple(links)) for label, links in grouped.items())


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Menu and unread count are lazy: fragments that do not draw them cost nothing."""
    menu = SimpleLazyObject(lambda: _menu(request))
    return {
        "nav": menu,
        "sidebar": SimpleLazyObject(lambda: drawn("components/_sidebar.html", nav=_menu(request))),
        "topbar": SimpleLazyObject(lambda: _topbar(request)),
        "unread_notices": SimpleLazyObject(lambda: _unread(request)),
        "theme": theme_of(request),
        "portal_name": settings.PORTAL["NAME"],
    }


def theme_of(request: HttpRequest) -> str:
    """The theme the reader chose, "" while the device decides."""
    chosen = request.COOKIES.get("theme", "")
    return chosen if chosen in THEMES else ""


def _menu(request: HttpRequest) -> tuple[NavGroup, ...]:
    return navigation(request.user, request.path) if request.user.is_authenticated else ()


def _topbar(request: HttpRequest) -> SafeString:
    user = request.user
    name = (getattr(user, "name", "") or user.get_username()) if user.is_authenticated else ""
    unread = _unread(request)
    return drawn("components/_topbar.html", name=name, unread_notices=unread, portal_name=settings.PORTAL["NAME"])


@dataclass(frozen=True)
class _Piece:
    """A template with all that it is drawn from; equal ``said`` look the same."""

    template: str
    said: str
    values: dict[str, Any] = field(compare=False)


def drawn(template: str, **values: Any) -> SafeString:
    """
    A part of a page that depends on ``values`` alone: no request, no token. There are few different ones of those that
    stand on every page, and each is drawn once a process. What they show is told by their ``repr``.
    """
    piece = _Piece(template, repr(values), values)
    return _drawn(piece) if not settings.DEBUG else _drawn.__wrapped__(piece)


@lru_cache(maxsize=1024)
def _drawn(piece: _Piece) -> SafeString:
    return render_to_string(piece.template, piece.values)


def _unread(request: HttpRequest) -> str:
    if not request.user.is_authenticated:
        return ""
    from core.selectors import unread_notice_count  # models are not loaded yet when apps register their entries

    count = unread_notice_count(request.user)
    return f"{UNREAD_SHOWN}+" if count > UNREAD_SHOWN else str(count or "")


@cache
def _url(url_name: str, urlconf: str) -> str:
    try:
        return reverse(url_name, urlconf)
    except NoReverseMatch:
        return ""


def _may_see(user: Any, item: NavItem, url: str) -> bool:
    wanted = not item.capabilities or any(user.scope(capability).can for capability in item.capabilities)
    return wanted and _door(url, settings.ROOT_URLCONF).opens_to(user)


@cache
def _door(url: str, urlconf: str) -> Door:
    return getattr(resolve(url, urlconf).func, "door", OPEN_DOOR)


def _active_url(urls: Iterable[str], path: str) -> str:
    """The longest URL that `path` lies under; the home page only matches itself."""
    under = [url for url in urls if path == url or (url != "/" and path.startswith(url))]
    return max(under, key=len, default="")
