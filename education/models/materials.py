from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Organisation
from education.choices import MaterialCategory
from education.querysets import MaterialQuerySet


class Material(models.Model):
    """
    A text to study, named so that it can be found: the portal keeps no copy and counts no reader (N4). It is for
    everybody below the organisation that put it up.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="materials", db_index=False, verbose_name="发布组织"
    )
    title = models.CharField("标题", max_length=160)
    category = models.CharField("类别", max_length=12, choices=MaterialCategory)
    issuer = models.CharField("制发机关或作者", max_length=80, blank=True)
    document_number = models.CharField("文号", max_length=60, blank=True)
    issued_on = models.DateField("成文日期", null=True, blank=True)
    link = models.URLField("网址", max_length=300, blank=True)
    reference = models.CharField("出处", max_length=160, blank=True, help_text="在哪里可以找到原文")
    note = models.CharField("说明", max_length=300, blank=True)
    withdrawn_on = models.DateField("停用日期", null=True, blank=True)
    withdrawn_reason = models.CharField("停用原因", max_length=200, blank=True)
    revision = models.PositiveIntegerField("版本", default=1, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="发布人")
    created_at = models.DateTimeField("发布时间", auto_now_add=True)

    objects = MaterialQuerySet.as_manager()

    class Meta:
        verbose_name = "学习材料"
        verbose_name_plural = "学习材料"
        constraints = [
            models.UniqueConstraint(
                name="material_unique",
                fields=["organisation", "title", "document_number"],
                condition=Q(withdrawn_on=None),
                violation_error_message="已有同名同文号的学习材料。",
            ),
            models.CheckConstraint(
                name="material_withdrawn_with_reason",
                condition=Q(withdrawn_on=None, withdrawn_reason="")
                | Q(withdrawn_on__isnull=False) & ~Q(withdrawn_reason=""),
                violation_error_message="停用须写明原因。",
            ),
            models.CheckConstraint(
                name="material_withdrawn_after_issued",
                condition=Q(withdrawn_on=None) | Q(issued_on=None) | Q(withdrawn_on__gte=F("issued_on")),
                violation_error_message="停用日期不能早于成文日期。",
            ),
        ]
        indexes = [
            models.Index(name="material_recent", fields=["-created_at", "-id"]),
            models.Index(name="material_organisation", fields=["organisation", "-id"]),
        ]

    def __str__(self) -> str:
        return self.title
