"""App configuration."""

from django.apps import AppConfig

from core.ui import NavItem, register_navigation

PLATFORM = "平台"
NAVIGATION = (
    NavItem("通知", "core:notice_list", "bell", ("notice.list_own",), PLATFORM, 700),
    NavItem("后台任务", "core:job_list", "progress", ("job.view_own",), PLATFORM, 710),
    NavItem("业务审计", "core:audit_list", "history", ("audit.search_business",), PLATFORM, 720),
    NavItem("管理审计", "core:audit_admin_list", "shield-search", ("audit.search_admin",), PLATFORM, 721),
    NavItem("审计员操作", "core:audit_auditor_list", "eye-check", ("audit.search_auditor_actions",), PLATFORM, 722),
    NavItem("工作日", "core:workday_list", "calendar-cog", ("sys_param.update",), PLATFORM, 730),
)
BUSINESS_ACTIONS = {
    "job.enqueue": "发起后台任务",
    "job.cancel": "取消后台任务",
    "job.download": "下载任务结果",
    "export.create": "导出台账",
    "import.upload": "上传导入表格",
    "import.commit": "导入表格",
    "import.drop": "放弃导入表格",
}
ADMIN_ACTIONS = {"workday.update": "登记工作日调整", "workday.delete": "删除工作日调整"}
AUDITOR_ACTIONS = {"audit.verify": "校验审计链"}


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "公共基础"

    def ready(self) -> None:
        from core import audit, jobs, tasks

        jobs.use_publisher(tasks.publish_job)
        audit.register(BUSINESS_ACTIONS)
        audit.register(ADMIN_ACTIONS, stream=audit.Stream.ADMIN)
        audit.register(AUDITOR_ACTIONS, stream=audit.Stream.AUDITOR)
        register_navigation(*NAVIGATION)
