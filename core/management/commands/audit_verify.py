"""Walk the audit chain; exit code 1 if anything was changed, is missing, or was left unsealed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.audit_chain import audit_verify


class Command(BaseCommand):
    help = "校验审计链：内容被改、缺失、断裂、未封存，任何一项都以退出码 1 结束。"

    def handle(self, *args: Any, **options: Any) -> None:
        report = audit_verify()
        summary, *details = report.lines()
        for line in details:
            self.stderr.write(line)
        if not report.is_intact:
            raise CommandError(summary, returncode=1)
        self.stdout.write(summary)
