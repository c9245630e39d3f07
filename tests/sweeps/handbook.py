"""The 工作手册: who may order it of which branch."""

from tests.sweep import Entry, branch, thing

ENTRIES: dict[str, Entry] = {
    "branches:handbook_order": thing("handbook.generate", branch, seen_by="org_unit.list"),
}
