"""Study: materials, plans and their topics."""

from django.db import models


class MaterialCategory(models.TextChoices):
    SPEECH = "speech", "讲话"
    DOCUMENT = "document", "文件"
    REGULATION = "regulation", "党章党规"
    READER = "reader", "读本"
    OTHER = "other", "其他"


class StudyPlanKind(models.TextChoices):
    YEARLY = "yearly", "年度学习计划"
    CAMPAIGN = "campaign", "主题教育和专题学习"


class StudyPlanState(models.TextChoices):
    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已发布"
    CLOSED = "closed", "已结束"


class TopicAudience(models.TextChoices):
    """Who in a branch studies it; the branch itself answers for all of them."""

    MEMBERS = "members", "全体党员"
    COMMITTEE = "committee", "支委会成员"
    LEADERS = "leaders", "党员领导干部"
    YOUNG = "young", "青年党员"
    PROBATIONARY = "probationary", "预备党员和入党积极分子"
