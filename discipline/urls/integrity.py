"""Routes of project lists, risk points and activities."""

from django.urls import path

from core.imports import import_urls
from discipline.services.risks_import import RiskImport
from discipline.views import integrity

urlpatterns = [
    path("discipline/projects/", integrity.project_list, name="project_list"),
    path("discipline/projects/export/", integrity.project_export, name="project_export"),
    path("discipline/projects/new/", integrity.project_create, name="project_create"),
    path("discipline/projects/<int:pk>/", integrity.project_detail, name="project_detail"),
    path("discipline/risks/", integrity.risk_list, name="risk_list"),
    path("discipline/risks/export/", integrity.risk_export, name="risk_export"),
    path("discipline/risks/new/", integrity.risk_create, name="risk_create"),
    path("discipline/risks/<int:pk>/", integrity.risk_detail, name="risk_detail"),
    path("discipline/risks/<int:pk>/update/", integrity.risk_update, name="risk_update"),
    path("discipline/risks/<int:pk>/review/", integrity.risk_review, name="risk_review"),
    path("discipline/risks/<int:pk>/remove/", integrity.risk_remove, name="risk_remove"),
    *import_urls("risk", RiskImport, path="discipline/risks/import/<int:place>/"),
    path("discipline/activities/", integrity.activity_list, name="activity_list"),
    path("discipline/activities/export/", integrity.activity_export, name="activity_export"),
    path("discipline/activities/new/", integrity.activity_create, name="activity_create"),
    path("discipline/activities/<int:pk>/", integrity.activity_detail, name="activity_detail"),
    path("discipline/activities/<int:pk>/remove/", integrity.activity_remove, name="activity_remove"),
]
