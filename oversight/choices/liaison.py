"""分片区联系指导."""

from django.db import models


class VisitForm(models.TextChoices):
    """How units and branches are visited (domain.md §11: 方式)."""

    CALL = "call", "走访"
    TALK = "talk", "座谈"
    PHONE = "phone", "电话"
