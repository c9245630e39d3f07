"""Paths of the roof."""

from django.urls import path

from reports import views

app_name = "reports"

urlpatterns = [
    path("", views.home, name="home"),
    path("reports/", views.report_list, name="report_list"),
    path("reports/new/", views.report_create, name="report_create"),
    path("reports/<int:pk>/", views.report_detail, name="report_detail"),
    path("reports/<int:pk>/rows/<slug:sheet>/", views.report_rows, name="report_rows"),
    path("reports/<int:pk>/download/", views.report_download, name="report_download"),
    path("reminders/", views.reminder_list, name="reminder_list"),
    path("suggestions/", views.suggestion_list, name="suggestion_list"),
    path("suggestions/export/", views.suggestion_export, name="suggestion_export"),
    path("suggestions/mine/", views.suggestion_mine, name="suggestion_mine"),
    path("suggestions/new/", views.suggestion_create, name="suggestion_create"),
    path("suggestions/<int:pk>/", views.suggestion_detail, name="suggestion_detail"),
    path("suggestions/<int:pk>/answer/", views.suggestion_answer, name="suggestion_answer"),
    path("suggestions/<int:pk>/withdraw/", views.suggestion_withdraw, name="suggestion_withdraw"),
    path("reminders/export/", views.reminder_export, name="reminder_export"),
]
