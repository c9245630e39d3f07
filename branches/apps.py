"""App configuration."""

from django.apps import AppConfig

from core import audit
from core.duties import register_duties
from core.search import register_source
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
    "organisation.undo": "撤回党组织变动",
    "advice.load": "载入设置规则",
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
    "roster.undo": "撤销名册导入",
    "member.status": "办理党员变动",
    "member.merge": "合并重复党员记录",
    "member.account": "党员对应账号",
    "letter.issue": "开具或登记介绍信",
    "letter.accept": "办结介绍信",
    "letter.cancel": "撤销介绍信",
}
MEETING_ACTIONS = {
    "meeting.submit": "提交会议记录",
    "meeting.correct": "更正会议记录",
    "meeting.return": "退回会议记录",
    "draft.delete": "删除会议草稿",
    "handbook.generate": "生成工作手册",
    "plan.create": "计划会议",
    "plan.update": "修改会议计划",
    "plan.cancel": "取消会议计划",
    "agenda.update": "修改议程模板",
    "appraisal.begin": "开始登记民主评议",
    "appraisal.save": "登记民主评议等次",
    "appraisal.finish": "完成民主评议",
    "appraisal.reopen": "重新登记民主评议",
    "talk.record": "登记谈心谈话",
    "talk.remove": "删除谈心谈话登记",
    "ceremony.birthday": "登记政治生日",
    "ceremony.oath": "登记重温入党誓词",
    "ceremony.visit": "登记政治家访",
    "ceremony.remove": "删除政治仪式登记",
}

OBLIGATION_ACTIONS = {
    "requirement.load": "载入规则",
    "obligation.waive": "减免应做事项",
    "waiver.revoke": "撤销减免",
    "obligation.verify": "核对应做事项",
    "obligation.mend": "改正应做事项",
}

CLOSING_ACTIONS = {
    "quarter.close": "季度归档",
    "quarter.close_due": "到期自动归档",
    "quarter.request": "申请重新开放季度",
    "quarter.refuse": "不同意重新开放季度",
    "quarter.reopen": "重新开放季度",
}


DUES_ACTIONS = {
    "dues_rule.load": "载入党费标准",
    "dues_base.enter": "填报党费基数",
    "dues_base.change": "申请调整党费基数",
    "dues_base.approve": "核定党费基数",
    "dues_payment.record": "登记党费交纳",
    "dues_payment.reverse": "冲正党费记录",
    "dues_relief.propose": "提出党费减免",
    "dues_relief.withdraw": "撤回党费减免",
    "dues_relief.approve": "批准党费减免",
    "dues_relief.refuse": "不批准党费减免",
    "dues_relief.end": "提前结束党费减免",
    "dues_import.upload": "上传党费表格",
    "dues_import.commit": "导入党费表格",
    "dues_import.drop": "放弃党费表格",
}

ADMISSION_ACTIONS = {
    "admission.create": "登记入党申请人",
    "admission.step": "办理发展党员步骤",
    "admission.correction": "更正发展党员步骤",
    "admission.withdrawal": "撤回发展党员步骤",
    "admission.facts": "更正入党申请人信息",
    "admission.stop": "停止培养",
    "admission.resume": "恢复培养",
    "admission.transfer": "转接培养",
    "admission.extension": "延长预备期",
}


ELECTION_ACTIONS = {
    "election_rule.load": "载入任期和选举规则",
    "term.open": "登记届期",
    "term.revise": "更正届期",
    "term.extend_propose": "提出任期延期",
    "term.extend_approve": "批准任期延期",
    "term.extend_refuse": "不批准任期延期",
    "term.extend_withdraw": "撤回任期延期",
    "election.open": "登记选举",
    "election.revise": "填写选举筹备情况",
    "election.link": "关联党员大会记录",
    "election.excuse": "登记不计入应到会",
    "election.count_in": "恢复计入应到会",
    "election.candidates": "确定候选人",
    "election.count": "登记计票",
    "election.withdraw": "撤回计票",
    "election.vacate": "名额暂缺",
    "election.report": "报告选举结果",
    "election.approve": "批准备案选举结果",
    "election.cancel": "取消选举",
    "election.paper": "生成选举文书",
}

WORKLIST_ACTIONS = {
    "worklist.create": "建立项目清单",
    "worklist.rename": "修改清单名称",
    "worklist.stop": "清单整体取消",
    "worklist.carry": "清单任务随党组织合并",
    "worklist_item.add": "添加清单任务",
    "worklist_item.spread": "分解清单任务",
    "worklist_item.import": "导入清单任务",
    "worklist_item.update": "修改清单任务",
    "worklist_item.progress": "登记任务进展",
    "worklist_item.supervise": "督办清单任务",
    "worklist_item.report": "报告任务完成",
    "worklist_item.return": "退回任务报告",
    "worklist_item.close": "任务销号",
    "worklist_item.extend": "调整任务时限",
    "worklist_item.cancel": "取消清单任务",
}


class BranchesConfig(AppConfig):
    name = "branches"
    verbose_name = "组织与组织生活"

    def ready(self) -> None:
        from branches.policy.deadlines import register_deadlines
        from branches.policy.measures import register_measure
        from branches.selectors.search import SOURCES
        from branches.selectors.talk_measure import MEASURE
        from branches.selectors.worklist_deadlines import DEADLINE_SOURCE
        from branches.selectors.worklists import worklist_duties

        register_measure(MEASURE)
        register_deadlines(DEADLINE_SOURCE)
        register_duties(worklist_duties)
        for source in SOURCES:
            register_source(source)
        audit.register(MEMBER_ACTIONS)
        audit.register(MEETING_ACTIONS)
        audit.register(OBLIGATION_ACTIONS)
        audit.register(CLOSING_ACTIONS)
        audit.register(ADMISSION_ACTIONS)
        audit.register(ELECTION_ACTIONS)
        audit.register(DUES_ACTIONS)
        audit.register(WORKLIST_ACTIONS)
        register_navigation(
            NavItem("组织生活", "branches:meeting_list", "notes", group="日常工作", order=30),
            NavItem("应做事项", "branches:obligation_matrix", "checklist", ("obligation.list",), "日常工作", 31),
            NavItem("会议计划", "branches:plan_list", "calendar-event", group="日常工作", order=32),
            NavItem("谈心谈话", "branches:talk_list", "messages", group="日常工作", order=33),
            NavItem("民主评议", "branches:appraisal_list", "clipboard-check", group="日常工作", order=34),
            NavItem("政治生日", "branches:birthday_list", "cake", group="日常工作", order=35),
            NavItem("任务清单", "branches:worklist_item_list", "list-check", ("worklist.view",), "日常工作", 36),
            NavItem("党组织", "branches:organisation_list", "sitemap", ("org_unit.list",), "组织和党员", 50),
            NavItem("设置建议", "branches:advice_list", "bulb", ("branch.update", "branch.disable"), "组织和党员", 53),
            NavItem("党员", "branches:member_list", "users", ("member.list",), "组织和党员", 51),
            NavItem("任期和换届", "branches:term_list", "calendar-stats", ("election.view",), "组织和党员", 52),
            NavItem("发展党员", "branches:applicant_list", "user-plus", ("admission.view",), "组织和党员", 54),
            NavItem(
                "党费",
                "branches:dues_home",
                "coins",
                ("dues.view", "dues.summary", "dues.view_own"),
                "组织和党员",
                56,
            ),
        )
