"""专职副书记列席: at which meetings (机关基层组织工作条例 art. 26(3))."""

from django.db import models


class SitInKind(models.TextChoices):
    PARTY_GROUP = "party_group", "党组（党委）会议"
    DEMOCRATIC_LIFE = "democratic_life", "党员领导干部民主生活会"
    LEADERS = "leaders", "本单位负责人召开的有关会议"
