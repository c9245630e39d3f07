"""Routes of the 机关纪委: its people, its five years, its counts, its talks."""

from django.urls import path

from discipline.views import committees, integrity

urlpatterns = [
    path("discipline/committees/", committees.committee_list, name="committee_list"),
    path("discipline/committees/<int:pk>/", committees.committee_detail, name="committee_detail"),
    path("discipline/committees/<int:pk>/mark/", committees.committee_mark, name="committee_mark"),
    path("discipline/committees/five-year/", integrity.five_year_list, name="five_year_list"),
    path("discipline/committees/five-year/export/", integrity.five_year_export, name="five_year_export"),
    path("discipline/committees/five-year/new/", integrity.five_year_create, name="five_year_create"),
    path("discipline/committees/five-year/<int:pk>/", integrity.five_year_detail, name="five_year_detail"),
    path("discipline/committees/quarters/", committees.quarter_list, name="quarter_list"),
    path("discipline/committees/quarters/export/", committees.quarter_export, name="quarter_export"),
    path("discipline/committees/quarters/new/", committees.quarter_new, name="quarter_new"),
    path("discipline/committees/quarters/sums/", committees.quarter_sums, name="quarter_sums"),
    path("discipline/committees/quarters/sums/export/", committees.quarter_sums_export, name="quarter_sums_export"),
    path("discipline/committees/quarters/<int:pk>/", committees.quarter_detail, name="quarter_detail"),
    path("discipline/committees/<int:pk>/quarters/<str:period>/", committees.quarter_edit, name="quarter_edit"),
    path("discipline/committees/talks/", committees.integrity_talk_list, name="integrity_talk_list"),
    path("discipline/committees/talks/export/", committees.integrity_talk_export, name="integrity_talk_export"),
    path("discipline/committees/talks/new/", committees.integrity_talk_create, name="integrity_talk_create"),
    path("discipline/committees/talks/<int:pk>/", committees.integrity_talk_detail, name="integrity_talk_detail"),
    path(
        "discipline/committees/talks/<int:pk>/delete/", committees.integrity_talk_delete, name="integrity_talk_delete"
    ),
]
