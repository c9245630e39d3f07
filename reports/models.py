"""Reminders that were sent, and frozen quarterly reports."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from branches.models import Obligation, Organisation
from reports.choices import ReminderStage, ReportState, SuggestionKind, SuggestionState
from reports.querysets import ReminderQuerySet, ReportQuerySet, SuggestionQuerySet

quarter_validator = RegexValidator(r"^[1-9]\d{3}Q[1-4]\Z", "季度须写成“2026Q3”的样子，季度为1至4。")


class Reminder(models.Model):
    """
    That the branch was told once, at one stage, of one thing due. An obligation is one rule, organisation and
    period, so the key makes a second reminder for the same thing impossible.
    """

    obligation = models.ForeignKey(
        Obligation, models.CASCADE, related_name="reminders", db_index=False, verbose_name="应做事项"
    )
    stage = models.CharField("阶段", max_length=8, choices=ReminderStage)
    batch = models.UUIDField("批次", default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField("提醒时间", auto_now_add=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "提醒"
        constraints = [models.UniqueConstraint(name="reminder_once", fields=["obligation", "stage"])]
        indexes = [
            models.Index(name="reminder_batch", fields=["batch"]),
            models.Index(name="reminder_recent", fields=["-created_at", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.obligation_id} {self.stage}"


class QuarterlyReport(models.Model):
    """
    The figures of one quarter for one organisation and what lies below it, as they stood when frozen. Before the
    quarter is over
    each edition is an interim one; the first edition frozen afterwards is final, and there is none after it.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="quarterly_reports", verbose_name="党组织"
    )
    period = models.CharField("季度", max_length=7, validators=[quarter_validator])
    edition = models.PositiveSmallIntegerField("版次")
    is_final = models.BooleanField("正式报表")
    title = models.CharField("名称", max_length=200)
    as_of = models.DateField("数据截至")
    state = models.CharField("状态", max_length=10, choices=ReportState, default=ReportState.BUILDING)
    summary = models.JSONField("汇总", default=dict, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="生成人"
    )
    created_at = models.DateTimeField("发起时间", auto_now_add=True)
    frozen_at = models.DateTimeField("冻结时间", null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "季度报表"
        ordering = ["-period", "organisation__path", "-edition"]
        constraints = [
            models.UniqueConstraint(name="report_edition_unique", fields=["period", "organisation", "edition"]),
            models.UniqueConstraint(
                name="report_one_final", fields=["period", "organisation"], condition=Q(is_final=True)
            ),
            models.CheckConstraint(
                name="report_frozen_has_time",
                condition=Q(state="building", frozen_at=None) | Q(state="frozen", frozen_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A frozen report refuses every further save (architecture.md, rule 11)."""
        stored = type(self)._base_manager.filter(pk=self.pk).values_list("state", flat=True).first()
        if stored == ReportState.FROZEN:
            raise ValidationError("报表已冻结，不能再改动。")
        super().save(*args, **kwargs)

    @property
    def is_frozen(self) -> bool:
        return self.state == ReportState.FROZEN


class ReportChunk(models.Model):
    """A stretch of one sheet's rows, as frozen; a large sheet takes several, so that rendering never holds it whole."""

    report = models.ForeignKey(
        QuarterlyReport, models.CASCADE, related_name="chunks", db_index=False, verbose_name="报表"
    )
    sheet = models.CharField("工作表", max_length=20)
    number = models.PositiveIntegerField("序号")
    rows = models.JSONField("内容", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "报表内容"
        ordering = ["sheet", "number"]
        constraints = [models.UniqueConstraint(name="report_chunk_unique", fields=["report", "sheet", "number"])]

    def __str__(self) -> str:
        return f"{self.report_id} {self.sheet} {self.number}"


class Suggestion(models.Model):
    """
    投诉建议 (N15): what somebody asks of the committee, and its answer. ``organisation`` is the work committee, which
    has to answer by ``due_on``; nobody else reads it but whoever wrote it.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="答复单位")
    kind = models.CharField("类别", max_length=12, choices=SuggestionKind)
    text = models.TextField("内容", max_length=1000)
    page = models.CharField("所在页面", max_length=200, blank=True)
    is_nameless = models.BooleanField("不向答复人显示姓名", default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人")
    created_at = models.DateTimeField("提出时间", auto_now_add=True)
    asked_on = models.DateField("提出日期")
    due_on = models.DateField("答复期限")
    state = models.CharField("状态", max_length=10, choices=SuggestionState, default=SuggestionState.OPEN)
    answer = models.TextField("答复", max_length=1000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人"
    )
    answered_on = models.DateField("答复日期", null=True, blank=True)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "投诉建议"
        ordering = ["-pk"]
        indexes = [
            models.Index(name="suggestion_open", fields=["due_on"], condition=Q(state=SuggestionState.OPEN)),
        ]
        constraints = [
            models.CheckConstraint(name="suggestion_dates", condition=Q(due_on__gte=F("asked_on"))),
            models.CheckConstraint(
                name="suggestion_answered",
                condition=~Q(state=SuggestionState.ANSWERED)
                | (~Q(answer="") & Q(answered_by__isnull=False) & Q(answered_on__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.text[:20]}"
