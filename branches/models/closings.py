from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from branches.choices import ClosingEventKind, QuarterState
from branches.models.organisations import Organisation
from branches.querysets import ClosingEventQuerySet, OrganisationRowQuerySet
from core.periods import parse_period

_QUARTER = RegexValidator(r"^[1-9]\d{3}Q[1-4]\Z", "季度须写成“2026Q3”的样子，季度为1至4。")


class QuarterClosing(models.Model):
    """
    How one branch's quarter stands: open, closed (归档: no log of it changes any more), or opened again until a day.
    Opened ahead for every branch; where there is no row yet, the quarter is open. A request waits while
    ``requested_at`` is set.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="quarters", db_index=False, verbose_name="党支部"
    )
    period = models.CharField("季度", max_length=7, validators=[_QUARTER])
    starts_on = models.DateField("起")
    ends_on = models.DateField("止")
    state = models.CharField("状态", max_length=10, choices=QuarterState, default=QuarterState.OPEN)
    closed_at = models.DateTimeField("归档时间", null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="归档人"
    )
    reopened_at = models.DateTimeField("重新开放时间", null=True, blank=True)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="开放人"
    )
    reopen_reason = models.CharField("开放原因", max_length=200, blank=True)
    reopen_until = models.DateField("开放至", null=True, blank=True)
    requested_at = models.DateTimeField("申请时间", null=True, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="申请人"
    )
    request_reason = models.CharField("申请原因", max_length=200, blank=True)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "季度归档"
        verbose_name_plural = "季度归档"
        constraints = [
            models.UniqueConstraint(name="quarter_closing_unique", fields=["organisation", "period"]),
            models.CheckConstraint(name="quarter_closing_dates", condition=Q(ends_on__gt=F("starts_on"))),
            models.CheckConstraint(
                name="quarter_closing_closed_at", condition=Q(state="open") | Q(closed_at__isnull=False)
            ),
            models.CheckConstraint(
                name="quarter_closing_reopened",
                condition=~Q(state="reopened")
                | (Q(reopened_at__isnull=False, reopen_until__isnull=False) & ~Q(reopen_reason="")),
            ),
            models.CheckConstraint(
                name="quarter_closing_request",
                condition=Q(requested_at=None, requested_by=None, request_reason="")
                | (Q(requested_at__isnull=False, requested_by__isnull=False) & ~Q(request_reason="")),
            ),
        ]
        indexes = [
            models.Index(name="quarter_closing_recent", fields=["-period", "-id"]),
            models.Index(name="quarter_closing_open", fields=["ends_on"], condition=~Q(state="closed")),
            models.Index(
                name="quarter_closing_asked", fields=["requested_at"], condition=Q(requested_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.period_title}"

    @property
    def period_title(self) -> str:
        return parse_period(self.period).title


class QuarterClosingEvent(models.Model):
    """One step in the life of a closing; added, never changed. ``by`` None is the portal itself."""

    closing = models.ForeignKey(QuarterClosing, models.PROTECT, related_name="events", verbose_name="季度归档")
    kind = models.CharField("事项", max_length=10, choices=ClosingEventKind)
    at = models.DateTimeField("时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人"
    )
    reason = models.CharField("原因", max_length=200, blank=True)
    until = models.DateField("开放至", null=True, blank=True)

    objects = ClosingEventQuerySet.as_manager()

    class Meta:
        verbose_name = "归档经过"
        verbose_name_plural = "归档经过"
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(name="closing_event_reason", condition=Q(kind="closed") | ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.closing_id} {self.get_kind_display()}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Only new rows are stored."""
        if not self._state.adding:
            raise ValidationError("归档经过只增加，不修改。")
        super().save(*args, **kwargs)  # type: ignore[arg-type]
