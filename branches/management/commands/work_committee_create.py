"""``manage.py work_committee_create NAME --code CODE``: the root of an empty installation, and the rules."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from branches.choices import OrganisationKind
from branches.services.organisations import organisation_create
from branches.services.rules import rules_load


class Command(BaseCommand):
    help = "Found the work committee at the root and load the rules; the rest is done in the browser."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="full name, such as 中共云川市直属机关工作委员会")
        parser.add_argument("--short-name", help="name shown on pages; the full name if missing")
        parser.add_argument("--code", required=True, help="code that all other codes begin with, such as 529900")
        parser.add_argument("--founded", type=date.fromisoformat, required=True, help="date, such as 1990-01-01")

    @transaction.atomic
    def handle(self, **options: Any) -> None:
        try:
            root = organisation_create(
                by=None,
                parent=None,
                kind=OrganisationKind.WORK_COMMITTEE,
                name=options["name"],
                short_name=options["short_name"] or options["name"],
                founded_on=options["founded"],
                code=options["code"],
            )
        except ValidationError as error:
            raise CommandError("；".join(error.messages)) from error
        rules_load()
        self.stdout.write(f"{root.name} {root.code}")
