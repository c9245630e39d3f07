"""Recompute all obligations from the logs; exit code 1 on any difference."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from branches.models import Organisation
from branches.services.obligation_checks import Difference, obligations_mend, obligations_verify

SHOWN = 200


class Command(BaseCommand):
    help = "从会议记录重新计算全部应做事项并与库中数字核对；有任何不一致都以退出码 1 结束。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fix", action="store_true", help="改正不一致的数字，再核对一遍 (mend, then verify again)")

    def handle(self, *args: Any, fix: bool = False, **options: Any) -> None:
        differences = obligations_verify()
        self._tell(differences)
        if differences and fix:
            obligations_mend(differences)
            self.stdout.write(f"已改正 {len(differences)} 处 (mended)。")
            differences = obligations_verify()
            self._tell(differences)
        if differences:
            raise CommandError(f"应做事项有 {len(differences)} 处不一致 (differences)。", returncode=1)
        self.stdout.write("应做事项与会议记录一致 (no differences)。")

    def _tell(self, differences: list[Difference]) -> None:
        shown = differences[:SHOWN]
        rows = Organisation.objects.filter(pk__in={each.organisation_id for each in shown})
        names = dict(rows.values_list("pk", "name"))
        for each in shown:
            name = names.get(each.organisation_id, "")
            figures = f"库中 {each.stored}，应为 {each.computed}"
            self.stderr.write(f"{each.label} ({each.what})：{name} {each.rule} {each.where}：{figures}")
        if len(differences) > SHOWN:
            self.stderr.write(f"……另有 {len(differences) - SHOWN} 处 (more)。")
