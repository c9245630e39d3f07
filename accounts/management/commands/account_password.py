"""A new initial password for anybody, administrators included, given on the server."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import selectors, services


class Command(BaseCommand):
    help = "在服务器上重置账号密码，显示一次初始密码；本人首次登录须修改。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--reason", required=True, help="理由，写入审计记录")
        parser.add_argument("--drop-factor", action="store_true", help="同时取消第二重验证（设备丢失时）")

    def handle(self, *args: Any, **options: Any) -> None:
        user = selectors.user_by_login(options["username"])
        if user is None:
            raise CommandError("没有这个启用的账号。")
        password = services.password_reissue(user=user, reason=options["reason"], drop_factor=options["drop_factor"])
        self.stdout.write(f"{user.username} 的初始密码：{password}")
