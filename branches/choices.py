"""
Enumerations of the ground floor. Values are stored, labels are shown; the sources of the lists are named per class.
"""

from django.db import models


class OrganisationKind(models.TextChoices):
    """Level of the tree, highest first."""

    WORK_COMMITTEE = "work_committee", "机关工委"
    UNIT = "unit", "单位"
    ORGAN_COMMITTEE = "organ_committee", "机关党委"
    GENERAL_BRANCH = "general_branch", "党总支"
    BRANCH = "branch", "党支部"
    GROUP = "group", "党小组"


#: Which kinds may stand directly under which.
CHILD_KINDS: dict[str, tuple[str, ...]] = {
    OrganisationKind.WORK_COMMITTEE: (OrganisationKind.UNIT,),
    OrganisationKind.UNIT: (OrganisationKind.ORGAN_COMMITTEE, OrganisationKind.GENERAL_BRANCH, OrganisationKind.BRANCH),
    OrganisationKind.ORGAN_COMMITTEE: (OrganisationKind.GENERAL_BRANCH, OrganisationKind.BRANCH),
    OrganisationKind.GENERAL_BRANCH: (OrganisationKind.BRANCH,),
    OrganisationKind.BRANCH: (OrganisationKind.GROUP,),
    OrganisationKind.GROUP: (),
}


class OrganisationType(models.TextChoices):
    """Type codes on which three public systems agree (domain.md §15.1)."""

    COMMITTEE = "611", "党委"
    GENERAL_BRANCH = "621", "党总支部"
    BRANCH = "631", "党支部"
    JOINT_BRANCH = "632", "联合党支部"
    TEMPORARY_COMMITTEE = "911", "临时党委"
    TEMPORARY_GENERAL_BRANCH = "921", "临时党总支部"
    TEMPORARY_BRANCH = "931", "临时党支部"
    TEMPORARY_JOINT_BRANCH = "932", "临时联合党支部"


#: Temporary branches have no obligations of their own (支部工作条例 art. 8; domain.md §16).
TEMPORARY_TYPES = ("911", "921", "931", "932")


class OrganisationStatus(models.TextChoices):
    ACTIVE = "active", "正常"
    SUSPENDED = "suspended", "暂停活动"
    MERGED = "merged", "已合并"
    ABOLISHED = "abolished", "已撤销"


class OrganisationChangeKind(models.TextChoices):
    FOUNDED = "founded", "成立"
    RENAMED = "renamed", "更名"
    MOVED = "moved", "调整隶属"
    MERGED = "merged", "合并"
    SUSPENDED = "suspended", "暂停活动"
    RESUMED = "resumed", "恢复活动"
    ABOLISHED = "abolished", "撤销"
    UPDATED = "updated", "信息变更"


class Gender(models.TextChoices):
    """GB/T 2261.1."""

    UNKNOWN = "0", "未知"
    MALE = "1", "男"
    FEMALE = "2", "女"
    UNSTATED = "9", "未说明"


class MemberCategory(models.TextChoices):
    """人员类别 (domain.md §15.2)."""

    FULL = "full", "正式党员"
    PROBATIONARY = "probationary", "预备党员"


class PartyStanding(models.TextChoices):
    """党籍状态 (domain.md §15.2)."""

    NORMAL = "normal", "正常"
    SUSPENDED = "suspended", "停止党籍"


class LeaveReason(models.TextChoices):
    """减员原因 (domain.md §15.2), and the move within the portal's own tree."""

    MOVED = "moved", "组织内调整"
    TRANSFERRED = "transferred", "转出"
    EXPELLED = "expelled", "出党"
    SUSPENDED = "suspended", "停止党籍"
    DECEASED = "deceased", "去世"
    OTHER = "other", "其他"


class EntryReason(models.TextChoices):
    ADMITTED = "admitted", "发展入党"
    TRANSFERRED = "transferred", "转入"
    MOVED = "moved", "组织内调整"
    IMPORTED = "imported", "名册导入"


class PostKind(models.TextChoices):
    """Posts in a branch committee (支部工作条例 art. 20; domain.md §15.2)."""

    SECRETARY = "secretary", "书记"
    DEPUTY_SECRETARY = "deputy_secretary", "副书记"
    ORGANISATION = "organisation", "组织委员"
    PUBLICITY = "publicity", "宣传委员"
    DISCIPLINE = "discipline", "纪检委员"
    YOUTH = "youth", "青年委员"
    UNITED_FRONT = "united_front", "统战委员"
    SECRECY = "secrecy", "保密委员"
    COMMITTEE_MEMBER = "committee_member", "委员"
    GROUP_LEADER = "group_leader", "党小组长"


#: Posts whose holders sit in the branch committee: all but the group leader.
COMMITTEE_POSTS = tuple(kind.value for kind in PostKind if kind != PostKind.GROUP_LEADER)

#: A committee has at least this many members (支部工作条例 art. 20: 3 to 5, at most 7).
COMMITTEE_MINIMUM = 3


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


class Frequency(models.TextChoices):
    MONTH = "month", "每月"
    QUARTER = "quarter", "每季度"
    YEAR = "year", "每年"


class RequirementCondition(models.TextChoices):
    """When a rule applies to a branch, judged on the first day of the period."""

    ALWAYS = "always", "全部党支部"
    HAS_COMMITTEE = "has_committee", "设支委会的党支部"
    HAS_GROUPS = "has_groups", "设党小组的党支部"


class Education(models.TextChoices):
    """GB/T 4658-2006, the groups used on a roster."""

    DOCTOR = "11", "博士研究生"
    MASTER = "14", "硕士研究生"
    POSTGRADUATE = "17", "研究生班"
    BACHELOR = "21", "大学本科"
    COLLEGE = "31", "大学专科"
    TECHNICAL = "41", "中等专科"
    VOCATIONAL = "44", "职业高中"
    MECHANIC = "47", "技工学校"
    HIGH_SCHOOL = "61", "普通高中"
    JUNIOR = "71", "初中"
    PRIMARY = "81", "小学"
    OTHER = "90", "其他"


class Degree(models.TextChoices):
    """GB/T 6864, by level."""

    NONE = "", "无"
    DOCTOR = "2", "博士"
    MASTER = "3", "硕士"
    BACHELOR = "4", "学士"


_ETHNIC_GROUPS = [
    "汉",
    "蒙古",
    "回",
    "藏",
    "维吾尔",
    "苗",
    "彝",
    "壮",
    "布依",
    "朝鲜",
    "满",
    "侗",
    "瑶",
    "白",
    "土家",
    "哈尼",
    "哈萨克",
    "傣",
    "黎",
    "傈僳",
    "佤",
    "畲",
    "高山",
    "拉祜",
    "水",
    "东乡",
    "纳西",
    "景颇",
    "柯尔克孜",
    "土",
    "达斡尔",
    "仫佬",
    "羌",
    "布朗",
    "撒拉",
    "毛南",
    "仡佬",
    "锡伯",
    "阿昌",
    "普米",
    "塔吉克",
    "怒",
    "乌孜别克",
    "俄罗斯",
    "鄂温克",
    "德昂",
    "保安",
    "裕固",
    "京",
    "塔塔尔",
    "独龙",
    "鄂伦春",
    "赫哲",
    "门巴",
    "珞巴",
    "基诺",
]

#: GB/T 3304-1991: two-digit code and name with 族.
ETHNICITIES: tuple[tuple[str, str], ...] = tuple(
    (f"{number:02d}", f"{name}族") for number, name in enumerate(_ETHNIC_GROUPS, start=1)
)
