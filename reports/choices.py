"""Enumerations of the roof."""

from django.db import models


class ReminderStage(models.TextChoices):
    AHEAD = "ahead", "即将到期"
    OVERDUE = "overdue", "已经逾期"


class ReportState(models.TextChoices):
    BUILDING = "building", "生成中"
    FROZEN = "frozen", "已冻结"
