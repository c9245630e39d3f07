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
    path("reminders/export/", views.reminder_export, name="reminder_export"),
]
