"""Routes of the wing, one module per subject."""

from typing import Any

app_name = "outreach"

urlpatterns: list[Any] = []
