"""Every entry of the permission sweep: the house's own, and one module a subject beside this file."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from tests import sweep
from tests.sweep import Entry


def _collected() -> dict[str, Entry]:
    found = dict(sweep.ENTRIES)
    for module in iter_modules(__path__):
        entries = import_module(f"{__name__}.{module.name}").ENTRIES
        if twice := found.keys() & entries.keys():
            raise ValueError(f"swept twice: {', '.join(sorted(twice))}")
        found |= entries
    return found


ENTRIES = _collected()
