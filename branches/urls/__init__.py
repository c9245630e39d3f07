"""Routes of the ground floor, one module per subject."""

from branches.urls import (
    admission,
    closings,
    dues,
    elections,
    handbook,
    meetings,
    members,
    obligations,
    organisation_life,
    organisations,
    worklists,
)

app_name = "branches"

urlpatterns = [
    *organisations.urlpatterns,
    *elections.urlpatterns,
    *members.urlpatterns,
    *meetings.urlpatterns,
    *obligations.urlpatterns,
    *closings.urlpatterns,
    *dues.urlpatterns,
    *organisation_life.urlpatterns,
    *admission.urlpatterns,
    *handbook.urlpatterns,
    *worklists.urlpatterns,
]
