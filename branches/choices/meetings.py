"""Meetings and the other records of organisation life."""

from django.db import models


class MeetingKind(models.TextChoices):
    """会议类型 (domain.md §15.2)."""

    ASSEMBLY = "assembly", "支部党员大会"
    COMMITTEE = "committee_meeting", "支委会"
    GROUP = "group_meeting", "党小组会"
    LECTURE = "lecture", "党课"
    THEME_DAY = "theme_day", "主题党日"
    LIFE_MEETING = "life_meeting", "组织生活会"
    APPRAISAL = "appraisal", "民主评议党员"
    STUDY = "study", "专题学习"
    WARNING_EDUCATION = "warning_education", "警示教育"
    DUTY_REPORT = "duty_report", "书记述职"


class MeetingStatus(models.TextChoices):
    SUBMITTED = "submitted", "已提交"
    RETURNED = "returned", "退回更正"
    VOID = "void", "已作废"


class AttendanceStatus(models.IntegerChoices):
    """
    Attendance codes of a working system (domain.md §14.2), with 出差 and 其他 added; entered once, by the recorder.
    """

    ABSENT = 1, "缺席（其他）"
    SICK = 2, "病假"
    OFFICIAL = 3, "公假"
    PERSONAL = 4, "事假"
    LATE = 5, "迟到"
    PRESENT = 6, "到会"
    TRAVEL = 7, "出差"


PRESENT_STATUSES = (AttendanceStatus.PRESENT, AttendanceStatus.LATE)


class VoteRule(models.TextChoices):
    ORDINARY = "ordinary", "一般决议（R10）"
    ADMISSION = "admission", "接收、转正等（R11）"


class VoteMethod(models.TextChoices):
    HANDS = "hands", "举手表决"
    SECRET = "secret", "无记名投票"


class LecturerPost(models.TextChoices):
    """Who gives a 党课 (支部工作条例 art. 16: 书记 and leading cadres should)."""

    SECRETARY = "secretary", "党组织书记"
    LEADER = "leader", "党员领导干部"
    OTHER = "other", "其他"


class HeldAs(models.TextChoices):
    """In which form a 组织生活会 is held (支部工作条例 art. 17); the values are kinds of meeting."""

    ASSEMBLY = "assembly", "支部党员大会"
    COMMITTEE = "committee_meeting", "支委会"
    GROUP = "group_meeting", "党小组会"


class AppraisalGrade(models.TextChoices):
    """民主评议党员 (domain.md §1.6), best first."""

    EXCELLENT = "excellent", "优秀"
    QUALIFIED = "qualified", "合格"
    BASIC = "basic", "基本合格"
    UNQUALIFIED = "unqualified", "不合格"


class AppraisalState(models.TextChoices):
    OPEN = "open", "登记中"
    FINISHED = "finished", "已完成"


class TalkPair(models.TextChoices):
    """Between whom a 谈心谈话 took place (支部工作条例 art. 19)."""

    COMMITTEE = "committee", "委员之间"
    MIXED = "mixed", "委员和党员"
    MEMBERS = "members", "党员之间"


class PlanState(models.TextChoices):
    PLANNED = "planned", "计划中"
    DONE = "done", "已记录"
    CANCELLED = "cancelled", "已取消"


class VisitCategory(models.TextChoices):
    """Why a member's home was visited: the category alone, no details (domain.md §12)."""

    HARDSHIP = "hardship", "生活困难"
    ILLNESS = "illness", "患病住院"
    CHANGE = "change", "家庭变故"
    CARE = "care", "日常关怀"
    HONOUR = "honour", "立功受奖"
    OTHER = "other", "其他"
