"""Load a year's swapped working days from a CSV file: date, 1 or 0, note."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from core.workdays import workday_set


class Command(BaseCommand):
    help = "从 CSV 文件登记工作日调整，每行：日期（2027-02-14）,1 上班或 0 放假,说明。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    @transaction.atomic
    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        rows = [self._row(number, cells) for number, cells in enumerate(_cells(file), 1) if cells]
        for day, is_workday, note in rows:
            workday_set(by=None, day=day, is_workday=is_workday, note=note)
        self.stdout.write(f"已登记 {len(rows)} 天。")

    def _row(self, number: int, cells: list[str]) -> tuple[date, bool, str]:
        day, is_workday, note = (*cells, "", "")[:3]
        try:
            if is_workday.strip() not in ("0", "1"):
                raise ValueError(is_workday)
            return date.fromisoformat(day.strip()), is_workday.strip() == "1", note.strip()[:100]
        except ValueError as error:
            raise CommandError(f"第 {number} 行不正确：{','.join(cells)}") from error


def _cells(file: Path) -> list[list[str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return list(csv.reader(lines))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"无法读取文件：{error}") from error
