"""App configuration."""

from pathlib import Path

from django.apps import AppConfig

from core.ui import NavItem, register_navigation

ACTIONS = {
    "report.generate": "生成季度报表",
    "report.freeze": "冻结季度报表",
    "report.download": "下载季度报表",
    "reminder.send": "发送提醒",
    "suggestion.write": "提出投诉建议",
    "suggestion.answer": "答复投诉建议",
    "suggestion.withdraw": "撤回投诉建议",
}


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "报表与看板"

    def ready(self) -> None:
        from branches.services.measures import register_deadlines
        from branches.services.requirements import register_rules
        from core import audit, search
        from reports.selectors.search import REPORTS
        from reports.selectors.suggestions import DEADLINES

        search.register_source(REPORTS)
        register_deadlines(DEADLINES)
        register_rules(Path(__file__).parent / "fixtures" / "requirements.json")
        audit.register(ACTIONS)
        register_navigation(
            NavItem("首页", "reports:home", "home", order=10),
            NavItem("季度报表", "reports:report_list", "report-analytics", group="日常工作", order=40),
            NavItem("提醒记录", "reports:reminder_list", "bell-ringing", group="日常工作", order=41),
            NavItem("投诉建议", "reports:suggestion_list", "message-report", group="日常工作", order=42),
        )
