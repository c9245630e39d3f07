"""Load the dated rules from their fixture."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from branches.services.requirements import requirements_load


class Command(BaseCommand):
    help = "载入应做事项的规则（可重复执行）。"

    def handle(self, *args: Any, **options: Any) -> None:
        changed = requirements_load()
        for requirement in changed:
            self.stdout.write(f"{requirement}（{requirement.valid_from} 起）")
        self.stdout.write(f"规则已载入：新增或修改 {len(changed)} 条。")
