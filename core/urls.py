"""Paths of core."""

from django.urls import path

from core import views

app_name = "core"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("search/", views.search_page, name="search"),
    path("jobs/", views.job_list, name="job_list"),
    path("jobs/<uuid:pk>/", views.job_detail, name="job_detail"),
    path("jobs/<uuid:pk>/progress/", views.job_progress, name="job_progress"),
    path("jobs/<uuid:pk>/cancel/", views.job_cancel_view, name="job_cancel"),
    path("jobs/<uuid:pk>/download/", views.job_download, name="job_download"),
    path("notices/", views.notice_list, name="notice_list"),
    path("notices/read-all/", views.notice_read_all, name="notice_read_all"),
    path("notices/<int:pk>/open/", views.notice_open, name="notice_open"),
    path("audit/", views.audit_list, name="audit_list"),
    path("audit/<int:pk>/", views.audit_detail, name="audit_detail"),
    path("audit/admin/", views.audit_admin_list, name="audit_admin_list"),
    path("audit/admin/<int:pk>/", views.audit_admin_detail, name="audit_admin_detail"),
    path("audit/auditors/", views.audit_auditor_list, name="audit_auditor_list"),
    path("audit/auditors/<int:pk>/", views.audit_auditor_detail, name="audit_auditor_detail"),
    path("audit/verify/", views.audit_verify_start, name="audit_verify"),
    path("workdays/", views.workday_list, name="workday_list"),
    path("workdays/<str:day>/delete/", views.workday_delete_view, name="workday_delete"),
]
