"""Neutral minutes: what an office talks about. No slogans, no persons, no cases."""

from __future__ import annotations

from random import Random

from branches.choices import MeetingKind

STUDY = (
    "《中国共产党章程》总纲",
    "《中国共产党支部工作条例（试行）》",
    "《中国共产党党员教育管理工作条例》",
    "《中国共产党党和国家机关基层组织工作条例》",
    "《中国共产党基层组织选举工作条例》",
    "《整治形式主义为基层减负若干规定》",
    "上级党委关于年度工作安排的通知",
    "机关工委关于规范支部组织生活的提示",
)
AGENDA = (
    "学习年度工作安排",
    "讨论支部季度工作计划",
    "听取党小组工作情况",
    "研究主题党日安排",
    "讨论服务窗口改进措施",
    "通报党费收缴情况",
    "研究结对社区服务事项",
    "讨论业务流程简化意见",
    "安排下月学习篇目",
    "讨论办公区节约用能办法",
)
SENTENCES = (
    "会议回顾了上次议定事项的落实情况，各项工作按计划推进。",
    "与会同志结合岗位实际谈了体会，提出要把学习与本职工作结合起来。",
    "有同志建议把办事指南改成一页纸，方便群众一次看懂。",
    "有同志提出窗口中午时段排队较长，可以试行错时轮班。",
    "会议认为现有台账存在重复填写的问题，应当合并同类表格。",
    "关于结对社区的路灯和健身器材维修，由综合组联系有关单位跟进。",
    "会议对照年度计划梳理了未完成事项，明确了责任人和时限。",
    "支部书记介绍了下一阶段的学习安排，并征求了大家的意见。",
    "大家就业务系统操作中遇到的问题交流了做法，商定编写一份常见问题说明。",
    "对新到岗同志的帮带工作，会议决定由有经验的同志一对一指导。",
    "会议讨论了办公用品领用和资料归档的改进办法，决定先试行一个季度。",
    "有同志反映会议通知较晚影响安排，今后固定日期并提前一周告知。",
    "志愿服务按报名情况编组，服务内容以环境清理和政策咨询为主。",
    "会议听取了党费收缴情况的说明，大家没有不同意见。",
    "对不同意见，会议商定先在一个科室试点，再决定是否推广。",
)
RESOLUTIONS = (
    "同意季度工作计划，按分工落实。",
    "同意主题党日安排，由综合组做好准备。",
    "同意试行错时轮班一个季度，期满后听取意见。",
    "同意合并两张内容相同的登记表，自下月起执行。",
    "",
)
LATE_NOTE = "当周集中外出，回单位后补记。"
PLACES = ("第一会议室", "支部活动室", "三楼小会议室")
DECISIONS = (
    "修改一页纸办事指南",
    "联系结对社区确认维修事项",
    "编写系统常见问题说明",
    "整理并合并登记表",
    "落实下月学习篇目",
)
TITLES = {
    MeetingKind.ASSEMBLY: "支部党员大会",
    MeetingKind.COMMITTEE: "支部委员会会议",
    MeetingKind.GROUP: "党小组会",
    MeetingKind.LECTURE: "党课",
    MeetingKind.THEME_DAY: "主题党日",
    MeetingKind.LIFE_MEETING: "组织生活会",
    MeetingKind.STUDY: "专题学习",
    MeetingKind.WARNING_EDUCATION: "警示教育学习会",
}


def discussions(random: Random, length: int = 600, count: int = 120) -> list[str]:
    """``count`` different minutes of about ``length`` characters, to be shared among the logs."""
    texts = []
    for _ in range(count):
        lines: list[str] = []
        while sum(map(len, lines)) < length:
            lines.append(random.choice(SENTENCES))
        texts.append("\n".join(lines))
    return texts
