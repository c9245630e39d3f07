"""Obligations and closed quarters."""

from django.db import models


class Frequency(models.TextChoices):
    MONTH = "month", "每月"
    QUARTER = "quarter", "每季度"
    YEAR = "year", "每年"
    ONCE = "once", "按期限"


class RequirementLevel(models.TextChoices):
    """What is due is asked; what only warns is shown, never reminded of and never overdue (domain.md §16)."""

    DUE = "due", "应做"
    WARN = "warn", "提示"


class QuarterState(models.TextChoices):
    """A reopened quarter is closed again when its last day is over: judged by the day, stored by the nightly run."""

    OPEN = "open", "未归档"
    CLOSED = "closed", "已归档"
    REOPENED = "reopened", "已重新开放"


class ClosingEventKind(models.TextChoices):
    CLOSED = "closed", "归档"
    REQUESTED = "requested", "申请重新开放"
    REOPENED = "reopened", "重新开放"
    REFUSED = "refused", "不同意重新开放"


class RequirementCondition(models.TextChoices):
    """When a rule applies to a branch, judged on the first day of the period."""

    ALWAYS = "always", "全部党支部"
    HAS_COMMITTEE = "has_committee", "设支委会的党支部"
    HAS_GROUPS = "has_groups", "设党小组的党支部"
