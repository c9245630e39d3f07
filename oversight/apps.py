"""App configuration."""

from pathlib import Path

from django.apps import AppConfig

from core import audit
from core.ui import NavItem, register_navigation

FIXTURES = Path(__file__).resolve().parent / "fixtures"
PAPER_ACTIONS = {
    "filing.register": "登记规范性文件",
    "filing.revise": "修改规范性文件登记",
    "filing.remove": "删除规范性文件登记",
    "filing.submit": "报备规范性文件",
    "filing.return": "退回备案材料",
    "filing.receive": "接收规范性文件备案",
    "filing.extend": "延长备案审查",
    "filing.decide": "作出备案审查意见",
    "filing.correct": "报告备案纠正情况",
    "request.send": "报送请示报告",
    "request.reply": "答复请示",
    "request.return": "退回请示报告",
    "request.note": "报告登记已阅",
    "request.withdraw": "撤回请示报告",
    "request.finish": "办结请示",
    "request.term": "设定答复期限",
    "analysis.begin": "起草分析研判",
    "analysis.save": "填写分析研判",
    "analysis.figures": "更新分析研判数据",
    "analysis.finish": "分析研判定稿",
    "analysis.document": "生成分析研判报告",
    "sit_in.record": "登记列席情况",
    "sit_in.revise": "修改列席情况",
    "sit_in.remove": "删除列席情况",
    "inspection_plan.create": "编制督查检查考核计划",
    "inspection_plan.entry": "填写督查检查考核事项",
    "inspection_plan.entry_remove": "删除督查检查考核事项",
    "inspection_plan.submit": "提交督查检查考核计划",
    "inspection_plan.return": "退回督查检查考核计划",
    "inspection_plan.approve": "批准督查检查考核计划",
    "inspection_plan.remove": "删除督查检查考核计划",
    "inspection_limit.set": "设定督查检查考核限额",
    "inspection.open": "开展督查检查考核",
    "inspection.finish": "结束督查检查考核",
    "inspection.cancel": "取消督查检查考核",
}

WORK_ACTIONS = {
    "directive.register": "登记贯彻落实事项",
    "directive.import": "导入贯彻落实事项",
    "directive.update": "修改贯彻落实事项",
    "directive.plan": "调整贯彻落实阶段时限",
    "directive.finish": "完成贯彻落实阶段",
    "directive.return": "退回贯彻落实阶段",
    "directive.supervise": "督办贯彻落实事项",
    "directive.close": "贯彻落实事项销号",
    "directive.reopen": "贯彻落实事项回头看",
    "directive.withdraw": "撤销贯彻落实事项",
    "directive.scheme": "设置闭环阶段",
    "directive.document": "导出贯彻落实情况报告",
    "campaign.create": "筹备专项行动",
    "campaign.update": "修改专项行动",
    "campaign.start": "启动专项行动",
    "campaign.end": "结束专项行动",
    "campaign.reopen": "重新开启专项行动",
    "liaison_area.create": "设立联系片区",
    "liaison_area.update": "修改联系片区",
    "liaison_area.end": "停用联系片区",
    "liaison_area.units": "编入片区单位",
    "liaison_area.leave": "移出片区单位",
    "liaison.rule": "设定走访次数",
    "liaison_visit.record": "登记走访联系",
    "liaison_visit.update": "修改走访联系",
    "liaison_visit.remove": "删除走访联系登记",
    "research.create": "登记调研课题",
    "research.update": "修改调研课题",
    "research.conclude": "形成调研成果",
    "research.apply": "登记调研成果转化",
    "research.reopen": "继续调研课题",
    "research.visit": "登记调研点位",
    "research.problem": "登记调研发现的问题",
    "research.problem_remove": "删除调研发现的问题",
    "research.measure": "提出调研对策",
}


class OversightConfig(AppConfig):
    name = "oversight"
    verbose_name = "监督检查"

    def ready(self) -> None:
        self._ready_papers()
        self._ready_works()

    def _ready_works(self) -> None:
        """Directives, campaigns, liaison areas and research."""
        from branches.services.measures import register_deadlines
        from branches.services.requirements import register_rules
        from branches.services.worklists import register_worklist_source
        from core.duties import register_duties
        from oversight.selectors.directives import directive_duties
        from oversight.selectors.work_sources import DEADLINES, WORKLISTS

        register_rules(FIXTURES / "work_rules.json")
        for source in DEADLINES:
            register_deadlines(source)
        for mechanism in WORKLISTS:
            register_worklist_source(mechanism)
        register_duties(directive_duties)
        audit.register(WORK_ACTIONS)
        register_navigation(
            NavItem("贯彻落实", "oversight:directive_list", "target-arrow", ("directive.view",), "督促落实", 80),
            NavItem("专项行动", "oversight:campaign_list", "flag", ("campaign.view",), "督促落实", 81),
        )

    def _ready_papers(self) -> None:
        """Filings, requests, analyses, sit-ins and inspections."""
        from branches.services.measures import register_deadlines, register_measure
        from branches.services.requirements import register_rules
        from branches.services.worklists import register_worklist_source
        from core.duties import register_duties
        from oversight.selectors.analyses import MEASURE
        from oversight.selectors.paper_duties import paper_duties
        from oversight.selectors.paper_sources import DEADLINES, WORKLISTS

        register_rules(FIXTURES / "paper_rules.json")
        register_measure(MEASURE)
        for source in DEADLINES:
            register_deadlines(source)
        for mechanism in WORKLISTS:
            register_worklist_source(mechanism)
        register_duties(paper_duties)
        audit.register(PAPER_ACTIONS)
        register_navigation(
            NavItem("请示报告", "oversight:request_list", "mail-question", ("request.view",), "督促落实", 83),
            NavItem("监督检查", "oversight:inspection_list", "list-search", ("inspection.view",), "督促落实", 84),
        )
