from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, When

from branches.choices import WorklistItemState, WorklistNoteKind
from branches.models.organisations import Organisation
from branches.querysets import WorklistItemQuerySet, WorklistNoteQuerySet, WorklistQuerySet
from branches.validators import validate_plain_text

_FINISHED = Q(state__in=["reported", "closed"])
#: 1 once nothing is to be done about a task any more: lists show what stands open first.
IS_OVER = Case(When(state__in=["closed", "cancelled"], then=1), default=0)


class Worklist(models.Model):
    """
    One list of tasks (项目清单), run by ``organisation``. ``source`` names the mechanism of an app above that it
    belongs to (branches/policy/worklists.py); that mechanism's own record points here.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="worklists", verbose_name="牵头党组织")
    source = models.CharField("所属工作", max_length=40)
    title = models.CharField("清单名称", max_length=120, validators=[validate_plain_text])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="建立人")
    at = models.DateTimeField("建立时间", auto_now_add=True)

    objects = WorklistQuerySet.as_manager()

    class Meta:
        verbose_name = "项目清单"
        verbose_name_plural = "项目清单"
        constraints = [
            models.CheckConstraint(name="worklist_named", condition=~Q(source="") & ~Q(title="")),
        ]

    def __str__(self) -> str:
        return self.title


class WorklistItem(models.Model):
    """
    One task (任务、责任单位、责任人、时限、成效) of a list. ``organisation`` answers for it and lies in the list's own.
    What happened on the way stands in its notes.
    """

    worklist = models.ForeignKey(
        Worklist, models.PROTECT, related_name="items", db_index=False, verbose_name="项目清单"
    )
    number = models.PositiveIntegerField("序号", validators=[MinValueValidator(1)])
    task = models.CharField("任务", max_length=120, validators=[validate_plain_text])
    measures = models.CharField("具体措施", max_length=1000, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="worklist_items", db_index=False, verbose_name="责任单位"
    )
    owner = models.CharField("责任人", max_length=40, blank=True, validators=[validate_plain_text])
    starts_on = models.DateField("开始日期", null=True, blank=True)
    due_on = models.DateField("完成时限")
    state = models.CharField("状态", max_length=10, choices=WorklistItemState, default=WorklistItemState.OPEN)
    result = models.CharField("成效", max_length=1000, blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="报告人"
    )
    reported_at = models.DateTimeField("报告时间", null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="销号人"
    )
    closed_on = models.DateField("销号日期", null=True, blank=True)
    revision = models.PositiveIntegerField("修订号", default=1, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = WorklistItemQuerySet.as_manager()

    class Meta:
        verbose_name = "清单任务"
        verbose_name_plural = "清单任务"
        constraints = [
            models.UniqueConstraint(
                name="worklistitem_number_unique",
                fields=["worklist", "number"],
                violation_error_message="这份清单里已有这个序号。",
            ),
            models.CheckConstraint(name="worklistitem_number_counts", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="worklistitem_dates",
                condition=Q(starts_on=None) | Q(due_on__gte=F("starts_on")),
                violation_error_message="完成时限不能早于开始日期。",
            ),
            models.CheckConstraint(
                name="worklistitem_reported",
                condition=_FINISHED & Q(reported_by__isnull=False, reported_at__isnull=False) & ~Q(result="")
                | ~_FINISHED & Q(reported_by=None, reported_at=None),
                violation_error_message="报告完成须写明成效。",
            ),
            models.CheckConstraint(
                name="worklistitem_closed",
                condition=Q(state="closed", closed_by__isnull=False, closed_on__isnull=False)
                | ~Q(state="closed") & Q(closed_by=None, closed_on=None),
                violation_error_message="销号须有销号人和日期。",
            ),
        ]
        indexes = [
            models.Index(name="worklistitem_due", fields=["due_on", "id"]),
            models.Index(IS_OVER, "due_on", "id", name="worklistitem_unfinished"),
            models.Index(name="worklistitem_organisation", fields=["organisation", "due_on"]),
            models.Index(name="worklistitem_waiting", fields=["reported_at"], condition=Q(state="reported")),
        ]

    def __str__(self) -> str:
        return self.task

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done: begun or returned."""
        return self.state in (WorklistItemState.OPEN, WorklistItemState.RETURNED)


class WorklistNote(models.Model):
    """One step of a task; added, never changed."""

    item = models.ForeignKey(
        WorklistItem, models.PROTECT, related_name="notes", db_index=False, verbose_name="清单任务"
    )
    kind = models.CharField("事项", max_length=12, choices=WorklistNoteKind)
    text = models.CharField("内容", max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="办理人")
    at = models.DateTimeField("时间")

    objects = WorklistNoteQuerySet.as_manager()

    class Meta:
        verbose_name = "任务经过"
        verbose_name_plural = "任务经过"
        ordering = ["-at", "-pk"]
        constraints = [models.CheckConstraint(name="worklistnote_text", condition=~Q(text=""))]
        indexes = [models.Index(name="worklistnote_item", fields=["item", "-at", "-id"])]

    def __str__(self) -> str:
        return f"{self.item_id} {self.get_kind_display()}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Only new rows are stored."""
        if not self._state.adding:
            raise ValidationError("任务经过只增加，不修改。")
        super().save(*args, **kwargs)  # type: ignore[arg-type]
