from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from branches.choices import AdviceLevel, AdviceMeasure, OrganisationKind


class AdviceRule(models.Model):
    """
    A dated rule of the advice list: what it looks at, between which limits it fits, what would mend it, and where that
    is written (domain.md §16). ``threshold``: full members from which it applies (COMMITTEE_NEEDLESS: below which).
    """

    code = models.CharField("编号", max_length=8)
    measure = models.CharField("看什么", max_length=24, choices=AdviceMeasure)
    title = models.CharField("规则", max_length=40)
    kind = models.CharField("适用层级", max_length=16, choices=OrganisationKind)
    level = models.CharField("程度", max_length=8, choices=AdviceLevel, default=AdviceLevel.WARN)
    threshold = models.PositiveIntegerField("适用的正式党员数", null=True, blank=True)
    minimum = models.DecimalField("下限", max_digits=8, decimal_places=2, null=True, blank=True)
    maximum = models.DecimalField("上限", max_digits=8, decimal_places=2, null=True, blank=True)
    statement = models.CharField("规定", max_length=200)
    remedy = models.CharField("怎样调整", max_length=200)
    source = models.CharField("依据", max_length=120)
    article = models.CharField("条款", max_length=40, blank=True)
    valid_from = models.DateField("施行日期")
    valid_until = models.DateField("失效日期", null=True, blank=True)

    objects = models.Manager()

    class Meta:
        verbose_name = "设置规则"
        verbose_name_plural = "设置规则"
        ordering = ["code", "measure", "valid_from"]
        constraints = [
            models.UniqueConstraint(name="advicerule_dated", fields=["code", "measure", "kind", "valid_from"]),
            models.CheckConstraint(
                name="advicerule_dates", condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from"))
            ),
            models.CheckConstraint(
                name="advicerule_limits",
                condition=Q(minimum=None) | Q(maximum=None) | Q(maximum__gte=F("minimum")),
                violation_error_message="上限不能小于下限。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"
