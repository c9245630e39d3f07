"""App configuration."""

from pathlib import Path

from django.apps import AppConfig

from core import audit
from core.search import register_source
from core.ui import NavItem, register_navigation

ACTIONS = {
    "brand.declare": "申报党建品牌",
    "brand.update": "修改党建品牌",
    "brand.advance": "审核党建品牌",
    "brand.recheck": "复核党建品牌",
    "brand.exit": "退出党建品牌",
    "vanguard.create": "设立先锋岗",
    "vanguard.update": "修改先锋岗",
    "vanguard.review": "评议先锋岗",
    "vanguard.withdraw": "撤销先锋岗",
    "pledge.write": "提出承诺",
    "pledge.review": "审核承诺",
    "pledge.progress": "填写践诺情况",
    "pledge.judge": "评议承诺",
    "community.report": "登记报到社区",
    "community.end": "结束社区报到",
    "volunteer.record": "登记服务活动",
    "volunteer.update": "修改服务活动",
    "volunteer.remove": "删除服务活动",
    "volunteer.import": "导入服务活动",
    "pairing.create": "登记结对",
    "pairing.end": "结束结对",
    "pairing.need": "登记群众需求",
    "pairing.need_update": "修改群众需求",
    "pairing.need_done": "办结群众需求",
    "pairing.need_remove": "删除群众需求",
    "pairing.visit": "登记走访",
    "pairing.visit_remove": "删除走访登记",
    "pairing.import": "导入结对",
    "village_posting.create": "登记驻村选派",
    "village_posting.update": "修改驻村选派",
    "village_posting.year": "登记驻村年度情况",
    "village_posting.finish": "办理驻村交接",
    "village_posting.import": "导入驻村选派",
    "fusion.create": "登记融合项目",
    "fusion.update": "修改融合项目",
    "fusion.figure": "登记前后对比指标",
    "fusion.figure_remove": "删除前后对比指标",
    "fusion.state": "更新融合项目状态",
    "fusion.import": "导入前后对比指标",
    "fusion_tag.save": "维护融合标签",
}


class OutreachConfig(AppConfig):
    name = "outreach"
    verbose_name = "服务群众和融合"

    def ready(self) -> None:
        from branches.services.measures import register_deadlines, register_measure
        from branches.services.requirements import register_rules
        from branches.services.rules import register_rules_loader
        from branches.services.worklists import register_worklist_source
        from core.duties import register_duties
        from outreach.selectors.deadlines import SOURCES
        from outreach.selectors.duties import waiting
        from outreach.selectors.pledge_measure import MEASURE
        from outreach.selectors.search import SOURCES as SEARCHES
        from outreach.selectors.worklists import WORKLISTS
        from outreach.services.settings_load import settings_load

        register_rules(Path(__file__).parent / "fixtures" / "requirements.json")
        register_rules_loader(settings_load)
        register_measure(MEASURE)
        for source in SOURCES:
            register_deadlines(source)
        for search in SEARCHES:
            register_source(search)
        for worklist in WORKLISTS:
            register_worklist_source(worklist)
        register_duties(waiting)
        audit.register(ACTIONS)
        group = "服务群众"
        register_navigation(
            NavItem("党建品牌", "outreach:brand_list", "award", ("brand.view",), group, 90),
            NavItem("先锋岗和承诺", "outreach:vanguard_list", "star", ("vanguard.view",), group, 91),
            NavItem("服务和结对", "outreach:service_list", "heart-handshake", ("volunteer.view",), group, 92),
            NavItem("党建业务融合", "outreach:fusion_list", "puzzle", ("fusion.view",), group, 93),
        )
