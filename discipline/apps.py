"""App configuration."""

from pathlib import Path

from django.apps import AppConfig

from core import audit
from core.search import register_source
from core.ui import NavItem, register_navigation

ACTIONS = {
    "conference.plan": "计划警示教育大会",
    "conference.update": "修改警示教育大会",
    "conference.hold": "登记警示教育大会召开情况",
    "conference.follow_up": "提出警示教育会后要求",
    "conference.cancel": "取消警示教育大会",
    "follow_up.record": "登记学习落实",
    "follow_up.undo": "撤回学习落实登记",
    "circular.publish": "转发典型案例通报",
    "circular.update": "修改典型案例通报",
    "circular.withdraw": "撤回典型案例通报",
    "integrity_project.create": "建立廉洁建设项目清单",
    "risk.create": "登记廉政风险点",
    "risk.update": "修改廉政风险点",
    "risk.review": "复查廉政风险点",
    "risk.remove": "廉政风险点销号",
    "integrity_activity.record": "登记廉洁文化活动",
    "integrity_activity.remove": "删除廉洁文化活动登记",
    "committee.mark": "标注机关纪委专兼职",
    "committee_quarter.confirm": "确认机关纪委工作台账",
    "committee_quarter.revise": "更正机关纪委工作台账",
    "integrity_talk.record": "登记廉政谈话次数",
    "integrity_talk.remove": "删除廉政谈话登记",
}


class DisciplineConfig(AppConfig):
    name = "discipline"
    verbose_name = "从严治党"

    def ready(self) -> None:
        from branches.services.measures import register_deadlines, register_measure
        from branches.services.requirements import register_rules
        from branches.services.worklists import WorklistSource, register_worklist_source
        from discipline.selectors import committees, conferences, follow_ups, integrity
        from discipline.selectors.search import SOURCES

        for source in (*follow_ups.SOURCES, integrity.RISK_SOURCE):
            register_deadlines(source)
        for measure in (conferences.MEASURE, committees.MEASURE):
            register_measure(measure)
        register_rules(Path(__file__).resolve().parent / "fixtures" / "requirements.json")
        register_worklist_source(
            WorklistSource("discipline.integrity", "廉洁文化和清廉机关", rule="D07", url=integrity.project_url)
        )
        register_worklist_source(
            WorklistSource(
                "discipline.five_year",
                "机关纪委建设五年行动",
                rule="D08",
                needs_second=True,
                url=integrity.project_url,
            )
        )
        for search in SOURCES:
            register_source(search)
        audit.register(ACTIONS)
        group = "从严治党"
        register_navigation(
            NavItem("警示教育", "discipline:conference_schedule", "alert-triangle", ("warning.view",), group, 70),
            NavItem("清廉机关", "discipline:project_list", "shield-check", ("integrity.view",), group, 71),
            NavItem("机关纪委", "discipline:committee_list", "users-group", ("discipline_committee.view",), group, 72),
        )
