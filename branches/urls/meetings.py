"""Routes of meetings."""

from django.urls import path

from branches.views import drafts, meetings, minutes

urlpatterns = [
    path("meetings/", meetings.meeting_list, name="meeting_list"),
    path("meetings/export/", meetings.meeting_export, name="meeting_export"),
    path("meetings/new/", minutes.meeting_new, name="meeting_new"),
    path("meetings/record/", minutes.meeting_create, name="meeting_create"),
    path("meetings/roster/", minutes.meeting_roster, name="meeting_roster"),
    path("meetings/drafts/<uuid:pk>/", drafts.draft_edit, name="draft_edit"),
    path("meetings/drafts/<uuid:pk>/save/", drafts.draft_save, name="draft_save"),
    path("meetings/drafts/<uuid:pk>/discard/", drafts.draft_discard, name="draft_discard"),
    path("meetings/<int:pk>/", meetings.meeting_detail, name="meeting_detail"),
    path("meetings/<int:pk>/correct/", minutes.meeting_correct, name="meeting_correct"),
    path("meetings/<int:pk>/history/", meetings.meeting_history, name="meeting_history"),
    path("meetings/<int:pk>/return/", meetings.meeting_return, name="meeting_return"),
]
