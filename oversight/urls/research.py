"""Routes of 调研式推进."""

from django.urls import path

from core.imports import import_urls
from oversight.services.work_imports import ResearchImport
from oversight.views import research, research_parts

urlpatterns = [
    path("oversight/research/", research.research_list, name="research_list"),
    path("oversight/research/export/", research.research_export, name="research_export"),
    path("oversight/research/new/", research.research_create, name="research_create"),
    path("oversight/research/<int:pk>/", research.research_detail, name="research_detail"),
    path("oversight/research/<int:pk>/update/", research.research_update, name="research_update"),
    path("oversight/research/<int:pk>/conclude/", research.research_conclude, name="research_conclude"),
    path("oversight/research/<int:pk>/apply/", research.research_apply, name="research_apply"),
    path("oversight/research/<int:pk>/reopen/", research.research_reopen, name="research_reopen"),
    path("oversight/research/<int:pk>/visit/", research_parts.field_visit_create, name="field_visit_create"),
    path("oversight/research/<int:pk>/problem/", research_parts.problem_create, name="problem_create"),
    path("oversight/problems/<int:pk>/measure/", research_parts.problem_measure, name="problem_measure"),
    path("oversight/problems/<int:pk>/remove/", research_parts.problem_remove, name="problem_remove"),
    *import_urls("research", ResearchImport, path="oversight/research/<int:place>/import/"),
]
