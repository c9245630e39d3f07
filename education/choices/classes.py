"""Training classes and their rolls."""

from django.db import models


class ClassKind(models.TextChoices):
    ROTATION = "rotation", "集中轮训"
    POST_TRAINING = "post_training", "任职培训"
    SPECIAL = "special", "专题培训"
    CANDIDATES = "candidates", "发展对象短训"
    QUALIFYING = "qualifying", "上岗培训"


#: A new secretary who attended one of these has had the training for the post.
SECRETARY_TRAINING = (ClassKind.POST_TRAINING.value, ClassKind.QUALIFYING.value)


class ClassState(models.TextChoices):
    OPEN = "open", "办班中"
    CLOSED = "closed", "已结班"
    CANCELLED = "cancelled", "已取消"


class LineResult(models.TextChoices):
    PASSED = "passed", "合格"
    FAILED = "failed", "不合格"
    UNTESTED = "untested", "未考核"
