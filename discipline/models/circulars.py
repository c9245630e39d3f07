from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q

from branches.models import Organisation
from branches.validators import validate_plain_text
from discipline.choices import Audience, CircularState, DisciplineCategory
from discipline.querysets import CircularQuerySet

SUMMARY_LIMIT = 2000


class Circular(models.Model):
    """
    A 典型案例通报 that was already published elsewhere (domain.md §10): where to find it, a summary of what is public.
    Clues and case files have no field. ``requirement`` is what is asked of those it is addressed to.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="circulars", verbose_name="转发党组织")
    title = models.CharField("标题", max_length=120, validators=[validate_plain_text])
    issuer = models.CharField("发布机关", max_length=80, validators=[validate_plain_text])
    number = models.CharField("文号", max_length=60, blank=True, validators=[validate_plain_text])
    issued_on = models.DateField("发布日期")
    category = models.CharField("案例类别", max_length=16, choices=DisciplineCategory)
    is_named = models.BooleanField("点名通报", default=False)
    summary = models.TextField(
        "已公开内容摘要", max_length=SUMMARY_LIMIT, validators=[MaxLengthValidator(SUMMARY_LIMIT)], blank=True
    )
    audience = models.CharField("公开范围", max_length=8, choices=Audience, default=Audience.ALL)
    units = models.ManyToManyField(Organisation, related_name="+", blank=True, verbose_name="选定单位")
    requirement = models.CharField("学习要求", max_length=300, blank=True)
    due_on = models.DateField("完成时限", null=True, blank=True)
    asks_units = models.BooleanField("单位学习", default=False)
    asks_branches = models.BooleanField("党支部学习", default=False)
    state = models.CharField("状态", max_length=10, choices=CircularState, default=CircularState.PUBLISHED)
    published_on = models.DateField("转发日期")
    withdrawn_on = models.DateField("撤回日期", null=True, blank=True)
    withdraw_reason = models.CharField("撤回原因", max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    objects = CircularQuerySet.as_manager()

    class Meta:
        verbose_name = "典型案例通报"
        verbose_name_plural = "典型案例通报"
        constraints = [
            models.UniqueConstraint(
                name="circular_number_unique",
                fields=["organisation", "issuer", "number"],
                condition=~Q(number="") & Q(state="published"),
                violation_error_message="这份通报（同一发布机关、同一文号）已经登记过。",
            ),
            models.CheckConstraint(
                name="circular_requirement_in_full",
                condition=Q(requirement="", due_on=None, asks_units=False, asks_branches=False)
                | (~Q(requirement="") & Q(due_on__isnull=False) & (Q(asks_units=True) | Q(asks_branches=True))),
                violation_error_message="学习要求须写明内容、时限和由谁学习。",
            ),
            models.CheckConstraint(
                name="circular_published_after_issue",
                condition=Q(published_on__gte=F("issued_on")),
                violation_error_message="只登记已经公开发布的通报，发布日期不能晚于转发日期。",
            ),
            models.CheckConstraint(
                name="circular_due_after",
                condition=Q(due_on=None) | Q(due_on__gte=F("published_on")),
                violation_error_message="完成时限不能早于转发日期。",
            ),
            models.CheckConstraint(
                name="circular_withdrawn_in_full",
                condition=Q(state="published", withdrawn_on=None, withdraw_reason="")
                | (Q(state="withdrawn", withdrawn_on__isnull=False) & ~Q(withdraw_reason="")),
                violation_error_message="撤回须写明原因。",
            ),
        ]
        indexes = [models.Index(name="circular_recent", fields=["-issued_on", "-id"])]

    def __str__(self) -> str:
        return self.title
