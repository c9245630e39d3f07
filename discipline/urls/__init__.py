"""Routes of the wing, one module per subject."""

from typing import Any

from discipline.urls import committees, integrity, warnings

app_name = "discipline"

urlpatterns: list[Any] = [*warnings.urlpatterns, *integrity.urlpatterns, *committees.urlpatterns]
