"""Every app keeps its own paths; the first match wins."""

from django.urls import include, path

urlpatterns = [
    path("", include("reports.urls")),
    path("", include("branches.urls")),
    path("", include("education.urls")),
    path("", include("discipline.urls")),
    path("", include("oversight.urls")),
    path("", include("outreach.urls")),
    path("", include("accounts.urls")),
    path("", include("core.urls")),
]

handler400 = "core.views.bad_request"
handler404 = "core.views.page_not_found"
