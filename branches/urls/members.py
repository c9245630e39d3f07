"""Routes of members and rosters."""

from django.urls import path

from branches.views import letters, member_doubles, member_history, members, roster

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
    path("members/<int:pk>/change/<slug:change>/", member_history.member_change, name="member_change"),
    path("members/<int:pk>/account/", member_history.member_link, name="member_link"),
    path("members/<int:pk>/account/remove/", member_history.member_unlink, name="member_unlink"),
    path("members/<int:pk>/letter/", letters.letter_issue, name="letter_issue"),
    path("members/<int:pk>/merge/<int:other>/", member_doubles.member_merge, name="member_merge"),
    path("members/doubles/", member_doubles.member_doubles, name="member_doubles"),
    path("members/changes/", member_history.member_change_list, name="member_change_list"),
    path("members/changes/export/", member_history.member_change_export, name="member_change_export"),
    path("members/past/", member_history.roster_past, name="roster_past"),
    path("members/past/export/", member_history.roster_past_export, name="roster_past_export"),
    path("members/letters/", letters.letter_list, name="letter_list"),
    path("members/letters/export/", letters.letter_export, name="letter_export"),
    path("members/letters/new/", letters.letter_register, name="letter_register"),
    path("members/letters/<int:pk>/", letters.letter_detail, name="letter_detail"),
    path("members/letters/<int:pk>/accept/", letters.letter_accept, name="letter_accept"),
    path("members/letters/<int:pk>/cancel/", letters.letter_cancel, name="letter_cancel"),
    path("members/roster/", roster.roster_list, name="roster_list"),
    path("members/roster/template/", roster.roster_template, name="roster_template"),
    path("members/roster/upload/", roster.roster_upload, name="roster_upload"),
    path("members/roster/<int:pk>/", roster.roster_preview, name="roster_preview"),
    path("members/roster/<int:pk>/commit/", roster.roster_commit, name="roster_commit"),
    path("members/roster/<int:pk>/drop/", roster.roster_drop, name="roster_drop"),
    path("members/roster/<int:pk>/undo/", roster.roster_undo, name="roster_undo"),
]
