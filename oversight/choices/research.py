"""调研式推进重点工作."""

from django.db import models


class ResearchState(models.TextChoices):
    OPEN = "open", "调研中"
    CONCLUDED = "concluded", "已形成成果"
    APPLIED = "applied", "已转化"


class ResultKind(models.TextChoices):
    """What a result became."""

    DOCUMENT = "document", "制度文件"
    PRACTICE = "practice", "工作做法"
