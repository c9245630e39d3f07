"""Tables of the platform: audit trail and its seals, background jobs, notices, working days, uploads of sheets."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone


class AuditResult(models.TextChoices):
    OK = "ok", "成功"
    DENIED = "denied", "被拒绝"
    FAILED = "failed", "失败"


class AuditEvent(models.Model):
    """Who did what to which object. Append-only by triggers; no foreign keys, so nothing blocks or vanishes."""

    at = models.DateTimeField("时间", default=timezone.now, editable=False)
    actor_id = models.BigIntegerField("操作人编号", null=True, editable=False)
    actor_name = models.CharField("操作人", max_length=100, blank=True, editable=False)
    actor_role = models.CharField("角色", max_length=200, blank=True, editable=False)
    action = models.CharField("操作", max_length=60, editable=False)
    object_type = models.CharField("对象类型", max_length=60, blank=True, editable=False)
    object_id = models.CharField("对象编号", max_length=40, blank=True, editable=False)
    object_label = models.CharField("对象", max_length=200, blank=True, editable=False)
    scope_path = models.CharField("组织路径", max_length=100, blank=True, editable=False)
    before = models.JSONField("变更前", null=True, encoder=DjangoJSONEncoder, editable=False)
    after = models.JSONField("变更后", null=True, encoder=DjangoJSONEncoder, editable=False)
    reason = models.TextField("理由", blank=True, editable=False)
    result = models.CharField("结果", max_length=10, choices=AuditResult, default=AuditResult.OK, editable=False)
    address = models.CharField("来源地址", max_length=45, blank=True, editable=False)
    request_id = models.CharField("请求编号", max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "审计事件"
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["object_type", "object_id"], name="audit_object"),
            models.Index(fields=["actor_id", "at"], name="audit_actor"),
            models.Index(fields=["action", "at"], name="audit_action"),
            models.Index(fields=["at"], name="audit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.action}"


class AuditSeal(models.Model):
    """A link of the chain: SM3 over the previous hash and the event. Numbers are gapless, unlike event ids."""

    seq = models.BigIntegerField("序号", primary_key=True)
    event_id = models.BigIntegerField("事件", unique=True)
    hash = models.CharField("杂凑值", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "审计封存"
        ordering: ClassVar = ["seq"]
        constraints: ClassVar = [models.CheckConstraint(condition=Q(seq__gte=1), name="audit_seal_from_one")]

    def __str__(self) -> str:
        return f"{self.seq}:{self.event_id}"


class JobState(models.TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"
    CANCELLED = "cancelled", "已取消"


class Job(models.Model):
    """Background work. This row is the truth; the message in the broker is only a nudge."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("种类", max_length=60)
    title = models.CharField("名称", max_length=200)
    arguments = models.JSONField("参数", default=dict, encoder=DjangoJSONEncoder)
    scope_path = models.CharField("组织路径", max_length=100, blank=True)
    capability = models.CharField("下载所需权限", max_length=60, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,  # job_owner serves it
        related_name="+",
        verbose_name="发起人",
    )
    state = models.CharField("状态", max_length=10, choices=JobState, default=JobState.QUEUED)
    done = models.PositiveIntegerField("已完成数", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    message = models.CharField("说明", max_length=500, blank=True)
    result_file = models.CharField("结果文件", max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField("执行次数", default=0)
    dispatched_at = models.DateTimeField("派发时间", null=True, blank=True)
    heartbeat_at = models.DateTimeField("心跳时间", null=True, blank=True)
    created_at = models.DateTimeField("创建时间", default=timezone.now)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "后台任务"
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [
            models.Index(fields=["owner", "-created_at"], name="job_owner"),
            models.Index(fields=["created_at"], name="job_open", condition=Q(state__in=("queued", "running"))),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_known"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_active(self) -> bool:
        return self.state in (JobState.QUEUED, JobState.RUNNING)

    @property
    def percent(self) -> int:
        """0 to 100; 0 while the total is unknown."""
        if self.state == JobState.DONE:
            return 100
        return min(100, self.done * 100 // self.total) if self.total else 0


class Notice(models.Model):
    """A message to one user. The key makes it unique: the same thing is never said twice."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_index=False, related_name="+", verbose_name="收件人"
    )
    key = models.CharField("唯一键", max_length=120)
    subject = models.CharField("标题", max_length=200)
    body = models.TextField("内容", blank=True)
    url = models.CharField("链接", max_length=500, blank=True)
    batch = models.UUIDField(editable=False, db_index=True)
    created_at = models.DateTimeField("时间", default=timezone.now)
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="notice_inbox"),
            models.Index(fields=["user"], name="notice_unread", condition=Q(read_at__isnull=True)),
        ]
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "key"], name="notice_once")]

    def __str__(self) -> str:
        return self.subject


class Channel(models.TextChoices):
    EMAIL = "email", "电子邮件"


class DeliveryState(models.TextChoices):
    PENDING = "pending", "待发送"
    CLAIMED = "claimed", "已领取"
    SENDING = "sending", "发送中"
    SENT = "sent", "已发送"
    SKIPPED = "skipped", "不发送"
    FAILED = "failed", "发送失败"
    UNKNOWN = "unknown", "结果不明"


class NoticeDelivery(models.Model):
    """One notice on one outside channel. Between SENDING and SENT a crash leaves UNKNOWN: never sent a second time."""

    notice = models.ForeignKey(Notice, models.CASCADE, db_index=False, related_name="deliveries", verbose_name="通知")
    channel = models.CharField("渠道", max_length=10, choices=Channel, default=Channel.EMAIL)
    state = models.CharField("状态", max_length=10, choices=DeliveryState, default=DeliveryState.PENDING)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    due_at = models.DateTimeField("最早发送时间", default=timezone.now)
    claim = models.UUIDField("领取标记", null=True, blank=True, editable=False)
    claimed_at = models.DateTimeField("领取时间", null=True, blank=True)
    sent_at = models.DateTimeField("发送时间", null=True, blank=True)
    error = models.CharField("错误", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "通知投递"
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], name="delivery_open", condition=Q(state__in=("pending", "claimed", "sending"))
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notice", "channel"], name="delivery_once"),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="delivery_sent_has_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.channel} {self.state}"


class Workday(models.Model):
    """An exception to the known calendar: a day declared working or free."""

    day = models.DateField("日期", primary_key=True)
    is_workday = models.BooleanField("上班")
    note = models.CharField("说明", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "工作日调整"
        ordering: ClassVar = ["-day"]

    def __str__(self) -> str:
        return f"{self.day} {'上班' if self.is_workday else '放假'}"


class SearchText(models.Model):
    """What one object is found by: the pieces of its text (`core.grams`), written by the app that owns the object."""

    kind = models.CharField("对象", max_length=20)
    object_id = models.BigIntegerField("编号")
    grams = models.TextField("词")

    class Meta:
        verbose_name = verbose_name_plural = "检索词"
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "object_id"], name="search_text_once")]


class ImportState(models.TextChoices):
    PREVIEW = "preview", "待确认"
    COMMITTED = "committed", "已导入"
    DROPPED = "dropped", "已放弃"


class ImportBatch(models.Model):
    """An uploaded sheet between preview and commit, shown to its uploader alone. What it says is kept encrypted."""

    slug = models.CharField("导入种类", max_length=60)
    place_key = models.CharField("所属对象", max_length=64, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        db_index=False,  # import_mine serves it
        related_name="+",
        verbose_name="上传人",
    )
    file_name = models.CharField("文件名", max_length=200)
    sheet_name = models.CharField("工作表", max_length=100, blank=True)
    state = models.CharField("状态", max_length=10, choices=ImportState, default=ImportState.PREVIEW)
    row_count = models.PositiveIntegerField("行数", default=0)
    error_count = models.PositiveIntegerField("错误数", default=0)
    errors = models.JSONField("错误", default=list, blank=True)
    unknown = models.JSONField("没有读取的列", default=list, blank=True)
    payload = models.TextField("内容", blank=True)
    count = models.PositiveIntegerField("导入行数", default=0)
    created_at = models.DateTimeField("上传时间", default=timezone.now, db_index=True)
    committed_at = models.DateTimeField("导入时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "表格导入"
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["by", "slug", "place_key"], name="import_mine")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="import_state_known"),
            models.CheckConstraint(
                condition=Q(state="committed", committed_at__isnull=False)
                | (~Q(state="committed") & Q(committed_at__isnull=True)),
                name="import_committed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="committed") | Q(error_count=0), name="import_committed_without_errors"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name
