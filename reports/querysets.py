"""Chainable filters of the roof."""

from accounts.querysets import ScopedQuerySet


class ReminderQuerySet(ScopedQuerySet):
    scope_field = "obligation__organisation__path"


class ReportQuerySet(ScopedQuerySet):
    scope_field = "organisation__path"
