"""The first administrators of an installation, made on the server where nobody could approve them yet."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts import selectors, services
from accounts.roles import ADMINISTRATORS, Role


class Command(BaseCommand):
    help = "创建一名管理员账号（系统、安全或审计管理员），显示一次初始密码。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", required=True, help="姓名")
        parser.add_argument("--role", required=True, choices=sorted(role.value for role in ADMINISTRATORS))

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = selectors.root_organisation()
        if organisation is None:
            raise CommandError("还没有机关工委，请先建立组织树。")
        role = Role(options["role"])
        try:
            with transaction.atomic():
                user, password = services.account_create(by=None, username=options["username"], name=options["name"])
                services.administrator_appoint(
                    user=user, role=role, organisation=organisation, reason="服务器命令行任命"
                )
        except ValidationError as error:
            raise CommandError("；".join(error.messages)) from error
        self.stdout.write(f"{role.label} {user.username} 的初始密码：{password}")
