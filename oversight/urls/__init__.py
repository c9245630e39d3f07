"""Routes of the wing, one module per subject."""

from typing import Any

from oversight.urls import campaigns, directives, inspections, liaison, papers, research

app_name = "oversight"

urlpatterns: list[Any] = [
    *directives.urlpatterns,
    *campaigns.urlpatterns,
    *liaison.urlpatterns,
    *research.urlpatterns,
    *papers.urlpatterns,
    *inspections.urlpatterns,
]
