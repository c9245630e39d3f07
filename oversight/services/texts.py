"""Free text of the wing's papers: stripped, written where it must be, without numbers of a person (N11)."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from branches.services.personal_data import refuse_personal_numbers

REASON_MINIMUM = 4


def cleaned(**texts: str) -> dict[str, str]:
    """The texts by field without space around them; ValidationError on the field that holds a person's number."""
    found = {field: (text or "").strip() for field, text in texts.items()}
    refuse_personal_numbers(found)
    return found


def written(field: str, text: str, what: str) -> str:
    """The text, of four characters at least; ValidationError on the field otherwise."""
    found = cleaned(**{field: text})[field]
    if len(found) < REASON_MINIMUM:
        raise ValidationError({field: f"请写明{what}，至少{REASON_MINIMUM}个字。"})
    return found
