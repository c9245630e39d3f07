from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.choices import (
    LetterDirection,
    LetterState,
    LostCircumstance,
    MemberCategory,
    MemberChangeKind,
    OrganisationKind,
    PartyStanding,
)
from branches.models.members import Member, RosterBatch
from branches.models.organisations import Organisation
from branches.policy.letters import letter_overdue
from branches.querysets import MemberChangeQuerySet, TransferLetterQuerySet


class MemberChange(models.Model):
    """
    One dated change of a member, with what stood before and after; numbers only masked (domain.md §13.5 N11). Never
    edited. ``category_before`` and ``standing_before`` are what held until ``effective_on`` where the change ended it;
    the roster of a past day is read from them.
    """

    member = models.ForeignKey(Member, models.CASCADE, related_name="changes", db_index=False, verbose_name="党员")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="member_changes", db_index=False, verbose_name="当时所在党支部"
    )
    kind = models.CharField("变动", max_length=20, choices=MemberChangeKind)
    effective_on = models.DateField("生效日期")
    category_before = models.CharField("此前人员类别", max_length=12, choices=MemberCategory, blank=True)
    standing_before = models.CharField("此前党籍状态", max_length=12, choices=PartyStanding, blank=True)
    circumstance = models.CharField("失联情形", max_length=1, choices=LostCircumstance, blank=True)
    until = models.DateField("到期或跟进日期", null=True, blank=True)
    before = models.JSONField("变动前", default=dict)
    after = models.JSONField("变动后", default=dict)
    document = models.CharField("依据文号", max_length=80, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    batch = models.ForeignKey(
        RosterBatch, models.PROTECT, null=True, blank=True, related_name="changes_made", verbose_name="名册导入"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name="经办人",
    )
    recorded_at = models.DateTimeField("记录时间", auto_now_add=True)

    objects = MemberChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "党员变动"
        verbose_name_plural = "党员变动"
        ordering = ["-effective_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="memberchange_until",
                condition=Q(until=None) | Q(until__gte=F("effective_on")),
                violation_error_message="到期日期不能早于生效日期。",
            ),
            models.CheckConstraint(
                name="memberchange_circumstance",
                condition=Q(circumstance="") | Q(kind="lost"),
                violation_error_message="只有失去联系才填写失联情形。",
            ),
        ]
        indexes = [
            models.Index(name="memberchange_member", fields=["member", "effective_on"]),
            models.Index(name="memberchange_organisation", fields=["organisation", "effective_on"]),
            models.Index(name="memberchange_recent", fields=["-effective_on", "-id"]),
            models.Index(name="memberchange_until", fields=["kind", "until"], condition=Q(until__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.get_kind_display()} {self.effective_on}"


class TransferLetter(models.Model):
    """
    A 介绍信 under which a member's organisation relation goes out or comes in. ``organisation`` is the branch that the
    member leaves (outward) or comes to from outside (inward); ``target`` the branch of this portal that receives an
    outward one, ``outside`` the organisation beyond the portal. Whether it is overdue, the day tells (R25).
    """

    direction = models.CharField("方向", max_length=8, choices=LetterDirection)
    state = models.CharField("状态", max_length=10, choices=LetterState, default=LetterState.ISSUED)
    number = models.CharField("介绍信编号", max_length=40, blank=True)
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="letters", verbose_name="党员"
    )
    person_name = models.CharField("姓名", max_length=40)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="letters",
        verbose_name="本方党支部",
        limit_choices_to={"kind": OrganisationKind.BRANCH},
    )
    target = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="letters_received",
        verbose_name="接收党支部",
        limit_choices_to={"kind": OrganisationKind.BRANCH},
    )
    outside = models.CharField("平台外党组织", max_length=120, blank=True)
    issued_on = models.DateField("开具日期")
    valid_until = models.DateField("有效期至")
    accepted_on = models.DateField("接收日期", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    closing_note = models.CharField("办结说明", max_length=200, blank=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="开具人")
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办结人"
    )
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)

    objects = TransferLetterQuerySet.as_manager()

    class Meta:
        verbose_name = "介绍信"
        verbose_name_plural = "介绍信"
        ordering = ["-issued_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="letter_open_once",
                fields=["member"],
                condition=Q(state="issued", member__isnull=False),
                violation_error_message="该党员已有一封未办结的介绍信。",
            ),
            models.CheckConstraint(
                name="letter_dates",
                condition=Q(valid_until__gte=F("issued_on"))
                & (Q(accepted_on=None) | Q(accepted_on__gte=F("issued_on"))),
                violation_error_message="有效期和接收日期不能早于开具日期。",
            ),
            models.CheckConstraint(
                name="letter_one_other_side",
                condition=Q(target__isnull=True) & ~Q(outside="") | Q(target__isnull=False, outside=""),
                violation_error_message="对方要么是平台内的党支部，要么写明平台外的党组织。",
            ),
            models.CheckConstraint(
                name="letter_inward_from_outside",
                condition=Q(direction="outward", member__isnull=False) | Q(direction="inward", target=None),
                violation_error_message="转出须有党员；转入登记的是平台外开来的介绍信。",
            ),
            models.CheckConstraint(
                name="letter_closed",
                condition=Q(state="issued", accepted_on=None, closed_at=None)
                | Q(state="accepted", accepted_on__isnull=False, closed_at__isnull=False, member__isnull=False)
                | Q(state="cancelled", accepted_on=None, closed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="letter_state", fields=["state", "valid_until"]),
            models.Index(name="letter_recent", fields=["-issued_on", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.person_name} {self.get_direction_display()} {self.issued_on}"

    @property
    def is_open(self) -> bool:
        return self.state == LetterState.ISSUED

    def is_overdue(self, today: date) -> bool:
        """Whether it waits beyond its validity on ``today`` (R25)."""
        return letter_overdue(self.state, self.valid_until, today)

    @property
    def receiver(self) -> Organisation:
        """Where the receipt is recorded: the receiving branch, or for a letter to the outside the member's own."""
        return self.target or self.organisation

    @property
    def other_side(self) -> str:
        """Who receives an outward letter, or sent an inward one."""
        return self.target.short_name if self.target else self.outside
