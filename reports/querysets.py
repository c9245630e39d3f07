"""Chainable filters of the roof."""

from accounts.querysets import ScopedQuerySet


class ReminderQuerySet(ScopedQuerySet):
    scope_field = "obligation__organisation__path"


class SuggestionQuerySet(ScopedQuerySet):
    """One's own, and all of them for those who answer."""

    scope_field = "organisation__path"
    self_field = "by"


class ReportQuerySet(ScopedQuerySet):
    scope_field = "organisation__path"
