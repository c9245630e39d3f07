"""机关党建分析研判: which half of the year, and how far it is."""

from django.db import models


class AnalysisHalf(models.IntegerChoices):
    FIRST = 1, "上半年"
    SECOND = 2, "下半年"


class AnalysisState(models.TextChoices):
    DRAFT = "draft", "起草中"
    FINISHED = "finished", "已定稿"
