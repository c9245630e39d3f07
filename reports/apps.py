"""App configuration."""

from django.apps import AppConfig

from core.ui import NavItem, register_navigation

ACTIONS = {
    "report.generate": "生成季度报表",
    "report.freeze": "冻结季度报表",
    "report.download": "下载季度报表",
    "reminder.send": "发送提醒",
}


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "报表与看板"

    def ready(self) -> None:
        from core import audit, search
        from reports.selectors.search import REPORTS

        search.register_source(REPORTS)
        audit.register(ACTIONS)
        register_navigation(
            NavItem("首页", "reports:home", "home", order=10),
            NavItem("季度报表", "reports:report_list", "report-analytics", group="日常工作", order=40),
            NavItem("提醒记录", "reports:reminder_list", "bell-ringing", group="日常工作", order=41),
        )
