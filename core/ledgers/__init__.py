"""Ledgers: one declaration of columns and filters, from which come a page's table, its sorting, and the Excel sheet.

class MeetingLedger(Ledger):
    slug = "meetings"
    title = "会议记录"
    capability = Capability.MEETING_LIST
    columns = (Column("held_on", "日期", kind="date", sortable=True, width=12), ...)
    filters = (DateRangeFilter("held", "日期", "held_on"), ...)
    order = ("-held_on", "-pk")

    @classmethod
    def base(cls, user):
        return Meeting.objects.visible_to(user, cls.capability)

def meeting_list(request):
    return ledger_page(request, MeetingLedger, template="branches/meeting_list.html")

def meeting_export(request):
    return ledger_export(request, MeetingLedger)
"""

from core.ledgers.columns import Column
from core.ledgers.filters import (
    AutocompleteFilter,
    BooleanFilter,
    ChoiceFilter,
    DateRangeFilter,
    Filter,
    FilterError,
    TextFilter,
)
from core.ledgers.ledger import LEDGERS, Ledger, ledger_by_slug
from core.ledgers.views import ledger_export, ledger_page

__all__ = [
    "LEDGERS",
    "AutocompleteFilter",
    "BooleanFilter",
    "ChoiceFilter",
    "Column",
    "DateRangeFilter",
    "Filter",
    "FilterError",
    "Ledger",
    "TextFilter",
    "ledger_by_slug",
    "ledger_export",
    "ledger_page",
]
