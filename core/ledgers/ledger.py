"""The declaration of a ledger, and the register of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import IO, Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet

from core.ledgers.columns import Column
from core.ledgers.filters import Filter

RESERVED = frozenset({"sort", "after", "before"})
LEDGERS: dict[str, type[Ledger]] = {}


class Ledger:
    """One list, declared once. Subclass it in an app's `ledgers.py`; never instantiate it.

    slug: name in URLs, jobs and the audit trail; unique in the project.
    title: Chinese name of the list, also of the file and the sheet.
    columns / filters: see Column and the filters.
    order: default order, ORM paths with "-" for descending; a pk is added at the end where it is missing.
    capability: what the reader must hold; checked again when an export runs in the background.
    export_capability: what an export needs beside it; rows outside its reach are left out.
    export_url: URL name of the list's export view, without arguments; empty: no button.
    empty: text when there is nothing at all; empty_action: (URL name, label) of what to do then.
    count_cap: the count is exact up to here, "超过 N 条" beyond.
    inline_limit: an export of more rows than this becomes a background job.
    """

    slug: ClassVar[str] = ""
    title: ClassVar[str] = ""
    columns: ClassVar[tuple[Column, ...]] = ()
    filters: ClassVar[tuple[Filter, ...]] = ()
    order: ClassVar[tuple[str, ...]] = ("-pk",)
    capability: ClassVar[str] = ""
    export_capability: ClassVar[str] = "export.create"
    export_url: ClassVar[str] = ""
    empty: ClassVar[str] = "还没有记录"
    empty_action: ClassVar[tuple[str, str] | None] = None
    page_size: ClassVar[int] = 50
    count_cap: ClassVar[int] = 1000
    inline_limit: ClassVar[int] = 3000

    @classmethod
    def base(cls, user: Any) -> QuerySet[Any]:
        """All rows that `user` may see in this list, unordered, with the annotations that columns name."""
        raise NotImplementedError

    @classmethod
    def rows(cls, user: Any, params: Mapping[str, str] | None = None) -> QuerySet[Any]:
        """The rows that this user sees under these GET-like parameters, in their order."""
        from core.ledgers.selection import Selection

        return Selection(cls, user, params).rows()

    @classmethod
    def workbook(cls, user: Any, target: Path | IO[bytes], params: Mapping[str, str] | None = None) -> int:
        """Write what this user may export under these parameters as xlsx; the number of rows. Writes no audit event."""
        from core.ledgers.exporting import write_workbook
        from core.ledgers.selection import Selection

        return write_workbook(Selection(cls, user, params, for_export=True), target)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.slug:
            return
        check_declaration(cls)
        known = LEDGERS.setdefault(cls.slug, cls)
        if known is not cls and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise ValueError(f"two ledgers are called {cls.slug!r}")
        LEDGERS[cls.slug] = cls


def check_declaration(ledger: type[Ledger]) -> None:
    """ValueError where keys or parameters collide: found when the module is imported, not by a reader."""
    keys = [column.key for column in ledger.columns]
    parameters = [name for item in ledger.filters for name in item.parameters]
    for names in (keys, parameters):
        doubled = {name for name in names if names.count(name) > 1}
        if doubled:
            raise ValueError(f"{ledger.slug}: used twice: {sorted(doubled)}")
    if RESERVED & set(parameters):
        raise ValueError(f"{ledger.slug}: {sorted(RESERVED)} are the engine's own parameters")


def ledger_by_slug(slug: str) -> type[Ledger]:
    """The ledger called `slug`; KeyError when there is none. A worker, which has loaded no views, loads them first."""
    if slug not in LEDGERS:
        import_module(settings.ROOT_URLCONF)
    return LEDGERS[slug]
