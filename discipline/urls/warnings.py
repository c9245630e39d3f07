"""Routes of conferences, circulars and what they ask."""

from django.urls import path

from discipline.views import circulars, conferences, follow_ups

urlpatterns = [
    path("discipline/", conferences.conference_schedule, name="conference_schedule"),
    path("discipline/conferences/", conferences.conference_list, name="conference_list"),
    path("discipline/conferences/export/", conferences.conference_export, name="conference_export"),
    path("discipline/conferences/new/", conferences.conference_create, name="conference_create"),
    path("discipline/conferences/<int:pk>/", conferences.conference_detail, name="conference_detail"),
    path("discipline/conferences/<int:pk>/update/", conferences.conference_update, name="conference_update"),
    path("discipline/conferences/<int:pk>/hold/", conferences.conference_hold, name="conference_hold"),
    path("discipline/conferences/<int:pk>/follow-up/", conferences.conference_follow_up, name="conference_follow_up"),
    path("discipline/conferences/<int:pk>/cancel/", conferences.conference_cancel, name="conference_cancel"),
    path("discipline/follow-ups/", follow_ups.follow_up_list, name="follow_up_list"),
    path("discipline/follow-ups/export/", follow_ups.follow_up_export, name="follow_up_export"),
    path("discipline/follow-ups/<int:pk>/", follow_ups.follow_up_detail, name="follow_up_detail"),
    path("discipline/follow-ups/<int:pk>/link/", follow_ups.follow_up_link, name="follow_up_link"),
    path("discipline/follow-ups/<int:pk>/record/", follow_ups.follow_up_record, name="follow_up_record"),
    path("discipline/follow-ups/<int:pk>/undo/", follow_ups.follow_up_undo, name="follow_up_undo"),
    path("discipline/circulars/", circulars.circular_list, name="circular_list"),
    path("discipline/circulars/export/", circulars.circular_export, name="circular_export"),
    path("discipline/circulars/new/", circulars.circular_create, name="circular_create"),
    path("discipline/circulars/<int:pk>/", circulars.circular_detail, name="circular_detail"),
    path("discipline/circulars/<int:pk>/update/", circulars.circular_update, name="circular_update"),
    path("discipline/circulars/<int:pk>/withdraw/", circulars.circular_withdraw, name="circular_withdraw"),
]
