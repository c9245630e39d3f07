"""Routes of 归档."""

from django.urls import path

from branches.views import closings

_QUARTER = "obligations/quarters/<int:pk>/<slug:period>/"

urlpatterns = [
    path("obligations/quarters/", closings.quarter_list, name="quarter_list"),
    path("obligations/quarters/export/", closings.quarter_export, name="quarter_export"),
    path("obligations/late/", closings.late_entry_list, name="late_entry_list"),
    path("obligations/late/export/", closings.late_entry_export, name="late_entry_export"),
    path("obligations/quarters/<int:pk>/", closings.quarter_branch, name="quarter_branch"),
    path(_QUARTER, closings.quarter_detail, name="quarter_detail"),
    path(f"{_QUARTER}close/", closings.quarter_close, name="quarter_close"),
    path(f"{_QUARTER}request/", closings.quarter_request, name="quarter_request"),
    path(f"{_QUARTER}reopen/", closings.quarter_reopen, name="quarter_reopen"),
    path(f"{_QUARTER}refuse/", closings.quarter_refuse, name="quarter_refuse"),
]
