"""Routes of vanguard posts and pledges."""

from django.urls import path

from outreach.views import pledges, vanguard

urlpatterns = [
    path("outreach/vanguard/", vanguard.vanguard_list, name="vanguard_list"),
    path("outreach/vanguard/export/", vanguard.vanguard_export, name="vanguard_export"),
    path("outreach/vanguard/new/", vanguard.vanguard_create, name="vanguard_create"),
    path("outreach/vanguard/<int:pk>/", vanguard.vanguard_detail, name="vanguard_detail"),
    path("outreach/vanguard/<int:pk>/update/", vanguard.vanguard_update, name="vanguard_update"),
    path("outreach/vanguard/<int:pk>/review/", vanguard.vanguard_review, name="vanguard_review"),
    path("outreach/vanguard/<int:pk>/withdraw/", vanguard.vanguard_withdraw, name="vanguard_withdraw"),
    path("outreach/vanguard/pledges/", pledges.pledge_list, name="pledge_list"),
    path("outreach/vanguard/pledges/export/", pledges.pledge_export, name="pledge_export"),
    path("outreach/vanguard/pledges/mine/", pledges.pledge_mine, name="pledge_mine"),
    path("outreach/vanguard/pledges/write/", pledges.pledge_write, name="pledge_write"),
    path("outreach/vanguard/pledges/enter/", pledges.pledge_enter, name="pledge_enter"),
    path("outreach/vanguard/pledges/review/", pledges.pledge_review, name="pledge_review"),
    path("outreach/vanguard/pledges/judge/", pledges.pledge_judge, name="pledge_judge"),
    path("outreach/vanguard/pledges/<int:pk>/", pledges.pledge_detail, name="pledge_detail"),
    path("outreach/vanguard/pledges/<int:pk>/progress/", pledges.pledge_progress, name="pledge_progress"),
]
