"""Members: who they are, how they come, change and leave."""

from django.db import models


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


class MemberChangeKind(models.TextChoices):
    """What can happen to a member; every one leaves a dated row (支部工作条例, 党员教育管理工作条例; domain.md §4)."""

    ENTERED = "entered", "录入"
    UPDATED = "updated", "更正信息"
    CONTACT = "contact", "修改联系方式"
    MOVED = "moved", "组织内调整"
    TRANSFERRED_OUT = "transferred_out", "组织关系转出"
    TRANSFERRED_IN = "transferred_in", "组织关系转入"
    LEFT = "left", "减员"
    RETURNED = "returned", "转回"
    CONFIRMED = "confirmed", "转为正式党员"
    EXTENDED = "extended", "延长预备期"
    CANCELLED = "cancelled", "取消预备党员资格"
    RECLASSIFIED = "reclassified", "更正人员类别"
    VOTING_SUSPENDED = "voting_suspended", "停止表决权（留党察看）"
    VOTING_RESTORED = "voting_restored", "恢复表决权"
    LOST = "lost", "失去联系"
    FOUND = "found", "重新取得联系"
    STANDING_SUSPENDED = "standing_suspended", "停止党籍"
    STANDING_RESTORED = "standing_restored", "恢复党籍"
    STRUCK_OFF = "struck_off", "按自行脱党除名"
    LINKED = "linked", "对应账号"
    MERGED = "merged", "合并重复记录"
    UNDONE = "undone", "撤销导入"


class LostCircumstance(models.TextChoices):
    """失联情形 (domain.md §15.2)."""

    WORK_AWAY = "1", "外出务工经商"
    RESTRUCTURED = "2", "单位改制或破产"
    GRADUATED = "3", "毕业后去向不明"
    CHANGED_EMPLOYER = "4", "工作单位改变"
    ABROAD = "5", "出国（境）"
    MOVED_HOUSE = "6", "居住地改变"
    OTHER = "7", "其他"


class LetterDirection(models.TextChoices):
    OUTWARD = "outward", "转出"
    INWARD = "inward", "转入"


class LetterState(models.TextChoices):
    """``expired`` is never stored: it is judged by the day (R25)."""

    ISSUED = "issued", "待接收"
    ACCEPTED = "accepted", "已办结"
    CANCELLED = "cancelled", "已撤销"


class EntryReason(models.TextChoices):
    ADMITTED = "admitted", "发展入党"
    TRANSFERRED = "transferred", "转入"
    MOVED = "moved", "组织内调整"
    IMPORTED = "imported", "名册导入"


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
