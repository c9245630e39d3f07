"""Enumerations of the roof."""

from django.db import models


class ReminderStage(models.TextChoices):
    AHEAD = "ahead", "即将到期"
    OVERDUE = "overdue", "已经逾期"


class SuggestionKind(models.TextChoices):
    """What somebody wants of the committee or of the portal (domain.md §13.3: a 投诉建议 entry)."""

    BURDEN = "burden", "反映负担"
    COMPLAINT = "complaint", "投诉"
    SUGGESTION = "suggestion", "建议"
    FAULT = "fault", "平台故障"
    QUESTION = "question", "咨询"


class SuggestionState(models.TextChoices):
    OPEN = "open", "待答复"
    ANSWERED = "answered", "已答复"
    WITHDRAWN = "withdrawn", "已撤回"


class ReportState(models.TextChoices):
    BUILDING = "building", "生成中"
    FROZEN = "frozen", "已冻结"
