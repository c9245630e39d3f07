"""督查检查考核: how a plan and an inspection stand, and which records of the portal an inspection reads."""

from django.db import models


class InspectionPlanState(models.TextChoices):
    DRAFT = "draft", "编制中"
    SUBMITTED = "submitted", "待批准"
    APPROVED = "approved", "已批准"


class InspectionState(models.TextChoices):
    OPEN = "open", "进行中"
    FINISHED = "finished", "已结束"
    CANCELLED = "cancelled", "已取消"


class InspectionAudience(models.TextChoices):
    """Whose plans a limit holds for."""

    WORK_COMMITTEE = "work_committee", "机关工委"
    UNIT = "unit", "单位"


class InspectionRecord(models.TextChoices):
    """Records that the portal holds: an inspection opens them and asks nobody for material (N6)."""

    MEETINGS = "meetings", "组织生活记录"
    OBLIGATIONS = "obligations", "应做事项"
    QUARTERS = "quarters", "补记和归档"
    TERMS = "terms", "任期和换届"
    ADMISSIONS = "admissions", "发展党员"
    DUES = "dues", "党费收缴"
