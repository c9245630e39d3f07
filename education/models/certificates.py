from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Member
from education.models.classes import TrainingClass
from education.querysets import OfMemberQuerySet


class Certificate(models.Model):
    """
    党支部书记培训合格证书: that its holder passed the training for the post; no professional qualification. Issued here
    from a class (then it has prefix, year and serial), or taken over from the register of earlier ones.
    """

    member = models.ForeignKey(Member, models.PROTECT, related_name="certificates", verbose_name="持证人")
    training_class = models.ForeignKey(
        TrainingClass, models.PROTECT, null=True, blank=True, related_name="certificates", verbose_name="培训班"
    )
    number = models.CharField("证书编号", max_length=40)
    prefix = models.CharField("编号字头", max_length=12, blank=True)
    year = models.PositiveSmallIntegerField("编号年度", null=True, blank=True)
    serial = models.PositiveIntegerField("编号序号", null=True, blank=True)
    issuer = models.CharField("发证单位", max_length=80)
    issued_on = models.DateField("发证日期")
    valid_until = models.DateField("有效期至")
    revoked_on = models.DateField("撤销日期", null=True, blank=True)
    revoke_reason = models.CharField("撤销原因", max_length=200, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤销人"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = OfMemberQuerySet.as_manager()

    class Meta:
        verbose_name = "培训合格证书"
        verbose_name_plural = "培训合格证书"
        constraints = [
            models.UniqueConstraint(
                name="certificate_number_unique", fields=["number"], violation_error_message="这个证书编号已经登记。"
            ),
            models.UniqueConstraint(
                name="certificate_serial_unique", fields=["prefix", "year", "serial"], condition=Q(serial__isnull=False)
            ),
            models.UniqueConstraint(
                name="certificate_once_a_class",
                fields=["training_class", "member"],
                condition=Q(training_class__isnull=False, revoked_on=None),
                violation_error_message="该学员已经发证。",
            ),
            models.CheckConstraint(
                name="certificate_dates",
                condition=Q(valid_until__gt=F("issued_on")),
                violation_error_message="有效期须晚于发证日期。",
            ),
            models.CheckConstraint(
                name="certificate_revoked_with_reason",
                condition=Q(revoked_on=None, revoke_reason="", revoked_by=None)
                | (Q(revoked_on__isnull=False, revoked_by__isnull=False) & ~Q(revoke_reason="")),
                violation_error_message="请写明撤销的原因。",
            ),
        ]
        indexes = [
            models.Index(name="certificate_recent", fields=["-issued_on", "-id"]),
            models.Index(name="certificate_holder", fields=["member", "valid_until"]),
        ]

    def __str__(self) -> str:
        return self.number
