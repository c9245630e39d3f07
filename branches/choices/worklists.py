"""Worklists (项目清单): tasks with who answers for them, by when, how far they are and what came of them."""

from django.db import models


class WorklistItemState(models.TextChoices):
    """As stored. Not begun, nearly due and overdue are judged by the day (branches/policy/worklists.py)."""

    OPEN = "open", "进行中"
    REPORTED = "reported", "已报告待销号"
    RETURNED = "returned", "已退回"
    CLOSED = "closed", "已销号"
    CANCELLED = "cancelled", "已取消"


class WorklistNoteKind(models.TextChoices):
    PROGRESS = "progress", "进展"
    SUPERVISION = "supervision", "督办"
    REPORT = "report", "报告"
    RETURN = "return", "退回"
    CLOSE = "close", "销号"
    EXTENSION = "extension", "展期"
    CANCEL = "cancel", "取消"
    CHANGE = "change", "调整"
