"""第一书记和工作队员 (domain.md §11)."""

from django.db import models


class VillageRole(models.TextChoices):
    FIRST_SECRETARY = "first_secretary", "第一书记"
    TEAM_MEMBER = "team_member", "工作队员"
