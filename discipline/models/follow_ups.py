from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.models import Meeting, Organisation
from branches.querysets import OrganisationRowQuerySet
from discipline.choices import FollowUpForm
from discipline.models.circulars import Circular
from discipline.models.conferences import WarningConference


class FollowUp(models.Model):
    """
    What one unit or branch was asked after a conference or by a circular. Done by naming the log in which it was done,
    else by a short record: the day, the form, how many took part.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="discipline_follow_ups", verbose_name="落实党组织"
    )
    conference = models.ForeignKey(
        WarningConference, models.PROTECT, null=True, blank=True, db_index=False, related_name="follow_ups",
        verbose_name="警示教育大会",
    )  # fmt: skip
    circular = models.ForeignKey(
        Circular, models.PROTECT, null=True, blank=True, db_index=False, related_name="follow_ups", verbose_name="通报"
    )
    due_on = models.DateField("时限")
    done_on = models.DateField("完成日期", null=True, blank=True)
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="会议记录"
    )
    form = models.CharField("形式", max_length=16, choices=FollowUpForm, blank=True)
    headcount = models.PositiveIntegerField("参加人数", null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间", null=True, blank=True)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "学习落实"
        verbose_name_plural = "学习落实"
        constraints = [
            models.CheckConstraint(
                name="followup_one_cause",
                condition=Q(conference__isnull=False, circular=None) | Q(conference=None, circular__isnull=False),
            ),
            models.UniqueConstraint(name="followup_of_conference", fields=["conference", "organisation"]),
            models.UniqueConstraint(name="followup_of_circular", fields=["circular", "organisation"]),
            models.CheckConstraint(
                name="followup_done_in_full",
                condition=Q(done_on=None, meeting=None, form="", headcount=None, by=None, recorded_at=None)
                | (
                    Q(done_on__isnull=False, by__isnull=False, recorded_at__isnull=False)
                    & (Q(meeting__isnull=False, form="", headcount=None) | (Q(meeting=None) & ~Q(form="")))
                ),
                violation_error_message="完成的须关联会议记录，或写明日期和形式。",
            ),
        ]
        indexes = [models.Index(name="followup_due", fields=["-due_on", "-id"])]

    def __str__(self) -> str:
        return str(self.cause)

    @property
    def cause(self) -> WarningConference | Circular:
        found = self.conference or self.circular
        if found is None:
            raise ValueError("a follow-up without a cause")
        return found

    @property
    def asked_on(self) -> date:
        """From which day on something done counts."""
        if self.conference is not None:
            return self.conference.day
        return self.circular.issued_on if self.circular else self.due_on

    @property
    def text(self) -> str:
        if self.conference is not None:
            return self.conference.follow_up
        return self.circular.requirement if self.circular else ""
