"""Routes of members and rosters."""

from django.urls import path

from branches.views import members, roster

urlpatterns = [
    path("members/", members.member_list, name="member_list"),
    path("members/export/", members.member_export, name="member_export"),
    path("members/former/", members.member_former_list, name="member_former_list"),
    path("members/former/export/", members.member_former_export, name="member_former_export"),
    path("members/new/", members.member_create, name="member_create"),
    path("members/search/", members.member_search, name="member_search"),
    path("members/suggest/", members.member_autocomplete, name="member_autocomplete"),
    path("members/me/contact/", members.member_contact, name="member_contact"),
    path("members/<int:pk>/", members.member_detail, name="member_detail"),
    path("members/<int:pk>/update/", members.member_update, name="member_update"),
    path("members/<int:pk>/disable/", members.member_disable, name="member_disable"),
    path("members/<int:pk>/transfer/", members.member_transfer, name="member_transfer"),
    path("members/<int:pk>/reveal/", members.member_reveal, name="member_reveal"),
    path("members/roster/", roster.roster_list, name="roster_list"),
    path("members/roster/template/", roster.roster_template, name="roster_template"),
    path("members/roster/upload/", roster.roster_upload, name="roster_upload"),
    path("members/roster/<int:pk>/", roster.roster_preview, name="roster_preview"),
    path("members/roster/<int:pk>/commit/", roster.roster_commit, name="roster_commit"),
    path("members/roster/<int:pk>/drop/", roster.roster_drop, name="roster_drop"),
]
