"""专项行动."""

from django.db import models


class CampaignState(models.TextChoices):
    DRAFT = "draft", "筹备中"
    RUNNING = "running", "进行中"
    ENDED = "ended", "已结束"
