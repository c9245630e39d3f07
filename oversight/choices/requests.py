"""请示报告: a request asks for a reply, a report does not (重大事项请示报告条例 art. 3)."""

from django.db import models


class RequestKind(models.TextChoices):
    REQUEST = "request", "请示"
    REPORT = "report", "报告"


class RequestCategory(models.TextChoices):
    ORGANISATION = "organisation", "组织设置和换届"
    MEMBERS = "members", "党员发展和教育管理"
    STUDY = "study", "理论学习和思想政治工作"
    DISCIPLINE = "discipline", "党风廉政建设"
    FUNDS = "funds", "活动经费和阵地"
    OTHER = "other", "其他重要事项"


class RequestState(models.TextChoices):
    SENT = "sent", "待答复"
    REPLIED = "replied", "已答复"
    RETURNED = "returned", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"
    DONE = "done", "已办结"
