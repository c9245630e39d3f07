"""What the code below a request may know of it: where it came from and its number."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from logging import Filter, LogRecord


@dataclass(frozen=True, slots=True)
class RequestContext:
    address: str = ""
    request_id: str = ""


_NOBODY = RequestContext()
_current: ContextVar[RequestContext] = ContextVar("request_context", default=_NOBODY)


def request_context() -> RequestContext:
    """The context of the request or task being served; an empty one outside."""
    return _current.get()


@contextmanager
def use_context(*, address: str = "", request_id: str = "") -> Iterator[RequestContext]:
    """Serve under this context; the former one comes back at the end."""
    token = _current.set(RequestContext(address, request_id))
    try:
        yield _current.get()
    finally:
        _current.reset(token)


class RequestIdFilter(Filter):
    """Puts ``request_id`` on every log record ("-" outside a request)."""

    def filter(self, record: LogRecord) -> bool:
        record.request_id = request_context().request_id or "-"
        return True
