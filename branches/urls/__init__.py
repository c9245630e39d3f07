"""Routes of the ground floor, one module per subject."""

from branches.urls import meetings, members, obligations, organisations

app_name = "branches"

urlpatterns = [
    *organisations.urlpatterns,
    *members.urlpatterns,
    *meetings.urlpatterns,
    *obligations.urlpatterns,
]
