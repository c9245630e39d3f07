"""Vanguard posts and pledges (domain.md §12)."""

from django.db import models


class PostGrade(models.TextChoices):
    """The outcome of one review of a post: its own standard met or not, never a place in a row."""

    MET = "met", "达到标准"
    PARTLY = "partly", "部分达到"
    MISSED = "missed", "未达到"


class PledgeCategory(models.TextChoices):
    STUDY = "study", "学习"
    WORK = "work", "工作"
    DISCIPLINE = "discipline", "自律"
    SERVICE = "service", "服务"


class PledgeState(models.TextChoices):
    SUBMITTED = "submitted", "待审诺"
    RETURNED = "returned", "退回修改"
    PUBLISHED = "published", "已公诺"
    JUDGED = "judged", "已评诺"


class ItemResult(models.TextChoices):
    FULFILLED = "fulfilled", "已兑现"
    PARTLY = "partly", "部分兑现"
    MISSED = "missed", "未兑现"
