"""Load the dated rules from their fixtures: obligations, advice, admission, dues, elections."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from branches.services.rules import rules_load


class Command(BaseCommand):
    help = "载入全部规则：应做事项、设置建议、发展党员、党费、任期和选举（可重复执行）。"

    def handle(self, *args: Any, **options: Any) -> None:
        changed = rules_load()
        for rule in changed:
            self.stdout.write(rule)
        self.stdout.write(f"规则已载入：新增或修改 {len(changed)} 条。")
