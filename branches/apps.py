"""App configuration."""

from django.apps import AppConfig

from core import audit
from core.ui import NavItem, register_navigation

MEMBER_ACTIONS = {
    "organisation.create": "设立党组织",
    "organisation.rename": "党组织更名",
    "organisation.update": "党组织信息变更",
    "organisation.move": "党组织调整隶属",
    "organisation.merge": "党组织合并",
    "organisation.suspend": "党组织暂停活动",
    "organisation.resume": "党组织恢复活动",
    "organisation.abolish": "党组织撤销",
    "post.assign": "任命党内职务",
    "post.end": "免去党内职务",
    "member.create": "录入党员",
    "member.update": "修改党员信息",
    "member.contact_update": "修改联系方式",
    "member.transfer": "调整党员所在支部",
    "member.disable": "党员减员",
    "member.return": "党员转回",
    "member.lookup": "按号码查找党员",
    "member_pii.reveal": "查看完整身份号码和手机",
    "roster.upload": "上传党员名册",
    "roster.commit": "导入党员名册",
    "roster.drop": "放弃党员名册",
}
MEETING_ACTIONS = {
    "meeting.submit": "提交会议记录",
    "meeting.correct": "更正会议记录",
    "meeting.return": "退回会议记录",
    "draft.delete": "删除会议草稿",
}

OBLIGATION_ACTIONS = {
    "requirement.load": "载入规则",
    "obligation.waive": "减免应做事项",
    "waiver.revoke": "撤销减免",
    "obligation.verify": "核对应做事项",
    "obligation.mend": "改正应做事项",
}


class BranchesConfig(AppConfig):
    name = "branches"
    verbose_name = "组织与组织生活"

    def ready(self) -> None:
        audit.register(MEMBER_ACTIONS)
        audit.register(MEETING_ACTIONS)
        audit.register(OBLIGATION_ACTIONS)
        register_navigation(
            NavItem("组织生活", "branches:meeting_list", "notes", group="日常工作", order=30),
            NavItem("应做事项", "branches:obligation_matrix", "checklist", ("obligation.list",), "日常工作", 31),
            NavItem("党组织", "branches:organisation_list", "sitemap", ("org_unit.list",), "组织和党员", 50),
            NavItem("党员", "branches:member_list", "users", ("member.list",), "组织和党员", 51),
        )
