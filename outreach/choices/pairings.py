"""联村联户 (domain.md §11)."""

from django.db import models


class PairingKind(models.TextChoices):
    VILLAGE = "village", "支部联村"
    HOUSEHOLD = "household", "党员联户"


class Satisfaction(models.TextChoices):
    SATISFIED = "satisfied", "满意"
    MOSTLY = "mostly", "基本满意"
    DISSATISFIED = "dissatisfied", "不满意"


class VisitForm(models.TextChoices):
    ON_SITE = "on_site", "上门走访"
    MEETING = "meeting", "座谈"
    REMOTE = "remote", "电话或网络联系"
    OTHER = "other", "其他"
