"""党建业务融合 (domain.md §11)."""

from django.db import models


class FusionState(models.TextChoices):
    PLANNED = "planned", "立项"
    ONGOING = "ongoing", "推进"
    FINISHED = "finished", "完成"
    CANDIDATE = "candidate", "案例候选"
    STOPPED = "stopped", "终止"


class TagGroup(models.TextChoices):
    FOUR_NEW = "four_new", "四新"
    FOUR_MODERN = "four_modern", "四化"
    REGION = "region", "四区一高地"
    OTHER = "other", "其他"
