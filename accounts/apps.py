"""App configuration."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from core import audit
from core.ui import NavItem, register_navigation

SECURITY_ACTIONS = {
    "login.success": "登录成功",
    "login.fail": "登录失败",
    "login.lock": "登录锁定",
    "logout": "退出登录",
    "session.expire": "登录超时",
    "session.end": "结束会话",
    "session.end_all": "结束全部会话",
    "password.change": "修改密码",
    "password.refuse": "核对密码失败",
    "password.issue_reset_link": "签发重置密码链接",
    "password.reset": "重置密码",
    "password.reissue": "服务器重置密码",
    "factor.enable": "启用第二重验证",
    "factor.disable": "停用第二重验证",
    "factor.reset": "重置第二重验证",
    "factor.fail": "动态码错误",
    "factor.lock": "动态码锁定",
    "account.create": "创建账号",
    "account.update_own": "修改本人账号",
    "account.disable": "停用账号",
    "account.enable": "启用账号",
    "account.unlock": "解锁账号",
    "role_grant.propose": "提请授权",
    "role_grant.approve": "批准授权",
    "role_grant.refuse": "不批准授权",
    "role_grant.revoke": "撤销授权",
    "role_grant.appoint": "任命管理员",
}
NAVIGATION = (
    NavItem("账号", "accounts:user_list", "users", ("account.list",), "账号与权限", 800),
    NavItem("任职授权", "accounts:posting_list", "id-badge-2", ("role_grant.list",), "账号与权限", 810),
    NavItem("授权提请", "accounts:proposal_list", "user-check", ("role_grant.list",), "账号与权限", 820),
    NavItem("提请授权", "accounts:proposal_create", "user-plus", ("role_grant.propose",), "账号与权限", 830),
)


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "账号与权限"

    def ready(self) -> None:
        audit.register(SECURITY_ACTIONS, stream=audit.Stream.ADMIN)
        register_navigation(*NAVIGATION)
        user_logged_in.connect(_stamp_session, dispatch_uid="accounts.stamp_session")


def _stamp_session(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Django's own hook after any login: a session that did not pass here is refused by the middleware."""
    from accounts.services import session_stamp
    from core.middleware import client_address

    session_stamp(
        request.session,
        user=user,
        address=client_address(request),
        agent=request.META.get("HTTP_USER_AGENT", ""),
    )
