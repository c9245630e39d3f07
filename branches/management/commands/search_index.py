"""Make logs findable that were written before the index was, or in bulk."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from branches.services.search_index import meetings_catch_up


class Command(BaseCommand):
    help = "为还没有编入检索的会议记录编入检索（可重复执行，可中途停止）。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--again", action="store_true", help="全部重新编入")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"已编入 {meetings_catch_up(again=options['again'])} 条会议记录。")
