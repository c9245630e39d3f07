"""What a directive and its stages are, and how they end."""

from django.db import models


class DirectiveSource(models.TextChoices):
    """Where an item comes from; the list is the portal's own, no source prescribes one."""

    INSTRUCTION = "instruction", "重要指示批示精神"
    CENTRAL = "central", "党中央决策部署"
    PROVINCE = "province", "省委部署要求"
    CITY = "city", "市委部署要求"
    COMMITTEE = "committee", "机关工委部署要求"
    OTHER = "other", "其他"


class DirectiveState(models.TextChoices):
    OPEN = "open", "办理中"
    CLOSED = "closed", "已销号"
    WITHDRAWN = "withdrawn", "已撤销"


class DirectiveEventKind(models.TextChoices):
    """Steps of the trace; they are added, never changed."""

    REGISTERED = "registered", "登记"
    UPDATED = "updated", "修改登记"
    PLANNED = "planned", "调整阶段时限"
    FINISHED = "finished", "完成阶段"
    RETURNED = "returned", "退回阶段"
    SUPERVISED = "supervised", "督办"
    CLOSED = "closed", "销号"
    REOPENED = "reopened", "回头看"
    WITHDRAWN = "withdrawn", "撤销"
