"""What is told of a class, and of a member on its roll."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

#: What may be changed of an open class.
CLASS_FIELDS = ("title", "kind", "starts_on", "ends_on", "place", "hours", "pass_mark")


@dataclass(frozen=True, slots=True)
class LineData:
    """``attended`` None is not yet told; ``result`` (of LineResult) counts only where the class has no test."""

    attended: bool | None = None
    hours: Decimal | None = None
    score: Decimal | None = None
    resit_score: Decimal | None = None
    result: str = "untested"
