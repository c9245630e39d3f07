"""Open obligations ahead, for every branch."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand

from branches.services.obligations import obligations_open


class Command(BaseCommand):
    help = "按规则为所有党支部开列应做事项（可重复执行）。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--through", type=date.fromisoformat, help="开列到哪一天，默认到下季度末，如 2027-03-31")
        parser.add_argument("--since", type=date.fromisoformat, help="从哪一年开始，如 2022-01-01，默认同已有的")

    def handle(self, *args: Any, **options: Any) -> None:
        opened = obligations_open(through=options["through"], since=options["since"])
        self.stdout.write(f"已开列 {opened} 项。")
