"""The search box: one page for everybody, in which nobody finds what lies beyond the reader's rights."""

from tests.sweep import Entry, page

ENTRIES: dict[str, Entry] = {"core:search": page()}
