"""Routes of the wing, one module per subject."""

from typing import Any

from outreach.urls import brands, fusion, vanguard, village

app_name = "outreach"

urlpatterns: list[Any] = [
    *brands.urlpatterns,
    *vanguard.urlpatterns,
    *village.urlpatterns,
    *fusion.urlpatterns,
]
