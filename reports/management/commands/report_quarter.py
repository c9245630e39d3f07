"""``manage.py report_quarter 2026Q3 --out DIR``: the workbook that the page makes, without a browser."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from branches.models import Organisation
from core.calendar import local_today
from reports.exports import report_file_name, report_render
from reports.services.quarterly import quarter_of, quarterly_report_freeze, quarterly_report_request


class Command(BaseCommand):
    help = "Freeze the report of a quarter, unless it is frozen, and write its workbook into a folder."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("period", help='the quarter, such as "2026Q3"')
        parser.add_argument("--out", type=Path, required=True, help="folder for the workbook")
        parser.add_argument("--organisation", help="code of a unit; the whole city unless given")

    def handle(self, **options: Any) -> None:
        code, today = options["organisation"], local_today()
        places = Organisation.objects.filter(code=code) if code else Organisation.objects.filter(depth=1)
        organisation = places.first()
        if organisation is None:
            raise CommandError(f"没有代码为“{code}”的党组织。" if code else "还没有党组织。")
        try:
            period = quarter_of(options["period"], today)
            report, _ = quarterly_report_request(by=None, organisation=organisation, period=period, today=today)
        except ValidationError as error:
            raise CommandError("；".join(error.messages)) from error
        path = report_render(quarterly_report_freeze(report=report))
        options["out"].mkdir(parents=True, exist_ok=True)
        target = options["out"] / report_file_name(report)
        shutil.copyfile(path, target)
        self.stdout.write(str(target))
