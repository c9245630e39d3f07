from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.models import Meeting, Organisation
from oversight.choices.directives import DirectiveEventKind, DirectiveSource, DirectiveState
from oversight.querysets import DirectivePartQuerySet, DirectiveQuerySet, DirectiveTraceQuerySet


class StageScheme(models.Model):
    """
    A version of the stages of 「四位一体」闭环管理. No source names the four parts, so they are a setting: a change is
    a new version, and an item keeps the version that it was registered under.
    """

    number = models.PositiveSmallIntegerField("版本", unique=True)
    valid_from = models.DateField("启用日期")
    note = models.CharField("说明", max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="设置人")
    created_at = models.DateTimeField("设置时间", auto_now_add=True)

    class Meta:
        verbose_name = "闭环阶段设置"
        verbose_name_plural = "闭环阶段设置"

    def __str__(self) -> str:
        return f"第{self.number}版"


class SchemeStage(models.Model):
    scheme = models.ForeignKey(StageScheme, models.CASCADE, related_name="stages", verbose_name="版本")
    position = models.PositiveSmallIntegerField("次序")
    name = models.CharField("阶段", max_length=20)
    days = models.PositiveSmallIntegerField("登记后几天内", null=True, blank=True)
    by_meeting = models.BooleanField("由会议完成", default=False)
    is_closing = models.BooleanField("销号", default=False)

    class Meta:
        verbose_name = "闭环阶段"
        verbose_name_plural = "闭环阶段"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(name="scheme_stage_position", fields=["scheme", "position"]),
            models.UniqueConstraint(
                name="scheme_stage_name", fields=["scheme", "name"], violation_error_message="阶段名称重复。"
            ),
            models.UniqueConstraint(name="scheme_stage_one_closing", fields=["scheme"], condition=Q(is_closing=True)),
        ]

    def __str__(self) -> str:
        return self.name


class Directive(models.Model):
    """
    An item of 第一遵循 / 第一政治要件: ``organisation`` runs it, ``owner`` answers for it. Neither secret nor internal
    content is kept (N11); whoever registers it states so, and a row without the statement cannot stand.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="directives", db_index=False, verbose_name="督办党组织"
    )
    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="directives_owned", verbose_name="责任党组织")
    number = models.CharField("编号", max_length=30)
    source = models.CharField("来源", max_length=12, choices=DirectiveSource)
    received_on = models.DateField("日期")
    title = models.CharField("事项名称", max_length=120)
    summary = models.TextField("内容摘要（非涉密）", max_length=1000)
    is_public = models.BooleanField("不含涉密和内部内容", default=False)
    scheme = models.ForeignKey(StageScheme, models.PROTECT, related_name="+", verbose_name="闭环阶段版本")
    worklist = models.OneToOneField(
        "branches.Worklist", models.PROTECT, related_name="directive", verbose_name="任务清单"
    )
    state = models.CharField("状态", max_length=10, choices=DirectiveState, default=DirectiveState.OPEN)
    closed_on = models.DateField("销号日期", null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="销号人"
    )
    closing_note = models.CharField("销号意见", max_length=500, blank=True)
    revision = models.PositiveIntegerField("修订号", default=1, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    objects = DirectiveQuerySet.as_manager()

    class Meta:
        verbose_name = "贯彻落实事项"
        verbose_name_plural = "贯彻落实事项"
        constraints = [
            models.UniqueConstraint(
                name="directive_number_unique",
                fields=["organisation", "number"],
                violation_error_message="这个编号已经登记。",
            ),
            models.CheckConstraint(
                name="directive_stated_public",
                condition=Q(is_public=True),
                violation_error_message="请确认不含涉密和内部内容。",
            ),
            models.CheckConstraint(
                name="directive_closed_whole",
                condition=Q(state="closed", closed_on__isnull=False, closed_by__isnull=False)
                | (~Q(state="closed") & Q(closed_on=None, closed_by=None)),
                violation_error_message="销号须有日期和销号人。",
            ),
        ]
        indexes = [
            models.Index(name="directive_recent", fields=["organisation", "-received_on", "-id"]),
            models.Index(name="directive_states", fields=["state", "-received_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_open(self) -> bool:
        return self.state == DirectiveState.OPEN


class DirectiveStage(models.Model):
    """A stage of one item, copied from its version. Done by a log where a meeting did it (log once)."""

    directive = models.ForeignKey(Directive, models.CASCADE, related_name="stages", verbose_name="事项")
    position = models.PositiveSmallIntegerField("次序")
    name = models.CharField("阶段", max_length=20)
    by_meeting = models.BooleanField("由会议完成", default=False)
    is_closing = models.BooleanField("销号", default=False)
    planned_on = models.DateField("计划完成", null=True, blank=True)
    done_on = models.DateField("完成日期", null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人"
    )
    note = models.TextField("做了什么", blank=True, max_length=1000)
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="会议记录"
    )
    meeting_named = models.CharField("会议名称", max_length=80, blank=True)

    objects = DirectivePartQuerySet.as_manager()

    class Meta:
        verbose_name = "办理阶段"
        verbose_name_plural = "办理阶段"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(name="directive_stage_position", fields=["directive", "position"]),
            models.CheckConstraint(
                name="directive_stage_done_whole",
                condition=Q(done_on=None, done_by=None) | Q(done_on__isnull=False, done_by__isnull=False),
                violation_error_message="完成的阶段须有日期和办理人。",
            ),
        ]
        indexes = [models.Index(name="directive_stage_waiting", fields=["planned_on"], condition=Q(done_on=None))]

    def __str__(self) -> str:
        return self.name


class DirectiveEvent(models.Model):
    """The trace: every step, with who and when. Added, never changed."""

    directive = models.ForeignKey(Directive, models.CASCADE, related_name="events", verbose_name="事项")
    stage = models.ForeignKey(
        DirectiveStage, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="阶段"
    )
    kind = models.CharField("步骤", max_length=12, choices=DirectiveEventKind)
    text = models.CharField("说明", max_length=1000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    at = models.DateTimeField("时间", auto_now_add=True)

    objects = DirectiveTraceQuerySet.as_manager()

    class Meta:
        verbose_name = "办理过程"
        verbose_name_plural = "办理过程"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"
