from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Member, Organisation
from branches.querysets import OrganisationRowQuerySet
from outreach.choices import PairingKind, Satisfaction, VisitForm
from outreach.querysets import PairingPartQuerySet


class Pairing(models.Model):
    """支部联村 or 党员联户. A household has the branch's own label ("联系户1"): no name, no address (N11)."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="pairings", verbose_name="党支部")
    kind = models.CharField("类型", max_length=12, choices=PairingKind)
    village = models.CharField("村（社区）", max_length=40)
    member = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="联系党员")
    label = models.CharField(
        "联系户代号", max_length=20, blank=True, help_text="如“联系户1”。不写群众姓名、住址、证件号码和电话。"
    )
    starts_on = models.DateField("结对日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)
    end_reason = models.CharField("结束原因", max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "结对"
        verbose_name_plural = "结对"
        constraints = [
            models.CheckConstraint(
                name="pairing_parties",
                condition=Q(kind="village", member=None, label="")
                | (Q(kind="household", member__isnull=False) & ~Q(label="")),
                violation_error_message="党员联户须选联系党员并写代号；支部联村不填这两项。",
            ),
            models.UniqueConstraint(
                name="pairing_label_once",
                fields=["organisation", "label"],
                condition=Q(ends_on=None, kind="household"),
                violation_error_message="本支部已有这个联系户代号。",
            ),
            models.UniqueConstraint(
                name="pairing_village_once",
                fields=["organisation", "village"],
                condition=Q(ends_on=None, kind="village"),
                violation_error_message="本支部已与这个村结对。",
            ),
            models.CheckConstraint(
                name="pairing_end",
                condition=Q(ends_on=None, end_reason="")
                | (Q(ends_on__isnull=False, ends_on__gte=F("starts_on")) & ~Q(end_reason="")),
                violation_error_message="结束须写明原因，日期不早于结对日期。",
            ),
        ]
        indexes = [models.Index(name="pairing_recent", fields=["-starts_on", "-id"])]

    def __str__(self) -> str:
        return f"{self.village} {self.label}".strip()


class PairingNeed(models.Model):
    """A need, what is done about it, until when, and what became of it."""

    pairing = models.ForeignKey(Pairing, models.PROTECT, related_name="needs", verbose_name="结对")
    need = models.CharField("困难或需求", max_length=120, help_text="写事，不写群众的姓名、住址、病情等个人情况。")
    deed = models.CharField("办什么实事", max_length=200, blank=True)
    noted_on = models.DateField("登记日期")
    due_on = models.DateField("办结时限", null=True, blank=True, help_text="填了时限的，到期前在应做事项里提示。")
    done_on = models.DateField("办结日期", null=True, blank=True)
    result = models.CharField("办理结果", max_length=200, blank=True)
    satisfaction = models.CharField("群众评价", max_length=12, choices=Satisfaction, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")

    objects = PairingPartQuerySet.as_manager()

    class Meta:
        verbose_name = "群众需求"
        verbose_name_plural = "群众需求"
        constraints = [
            models.CheckConstraint(
                name="need_due_after_noted",
                condition=Q(due_on=None) | Q(due_on__gte=F("noted_on")),
                violation_error_message="办结时限不能早于登记日期。",
            ),
            models.CheckConstraint(
                name="need_done_told",
                condition=Q(done_on=None, result="", satisfaction="")
                | (Q(done_on__isnull=False, done_on__gte=F("noted_on")) & ~Q(result="")),
                violation_error_message="办结须写明结果，日期不早于登记日期。",
            ),
        ]
        indexes = [models.Index(name="need_recent", fields=["-noted_on", "-id"])]

    def __str__(self) -> str:
        return self.need


class PairingVisit(models.Model):
    """That a visit took place and in which form; what was said is not recorded."""

    pairing = models.ForeignKey(Pairing, models.PROTECT, related_name="visits", verbose_name="结对")
    held_on = models.DateField("走访日期")
    form = models.CharField("方式", max_length=12, choices=VisitForm)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")

    objects = PairingPartQuerySet.as_manager()

    class Meta:
        verbose_name = "走访"
        verbose_name_plural = "走访"
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="pairing_visit_daily",
                fields=["pairing", "held_on"],
                violation_error_message="这一天已经登记过走访。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.held_on} {self.get_form_display()}"
