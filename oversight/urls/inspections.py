"""Routes of 督查检查考核 and its plan."""

from django.urls import path

from core.imports import import_urls
from oversight.services.paper_imports import InspectionEntryImport
from oversight.views import inspection_plans as plans
from oversight.views import inspections

urlpatterns = [
    path("oversight/inspections/", inspections.inspection_list, name="inspection_list"),
    path("oversight/inspections/export/", inspections.inspection_export, name="inspection_export"),
    path("oversight/inspections/year/", inspections.inspection_burden, name="inspection_burden"),
    path("oversight/inspections/limits/", plans.inspection_limit, name="inspection_limit"),
    path("oversight/inspections/<int:pk>/", inspections.inspection_detail, name="inspection_detail"),
    path("oversight/inspections/<int:pk>/finish/", inspections.inspection_finish, name="inspection_finish"),
    path("oversight/inspections/<int:pk>/cancel/", inspections.inspection_cancel, name="inspection_cancel"),
    path("oversight/inspections/plans/", plans.inspection_plan_list, name="inspection_plan_list"),
    path("oversight/inspections/plans/export/", plans.inspection_plan_export, name="inspection_plan_export"),
    path("oversight/inspections/plans/new/", plans.inspection_plan_create, name="inspection_plan_create"),
    path("oversight/inspections/plans/<int:pk>/", plans.inspection_plan_detail, name="inspection_plan_detail"),
    path("oversight/inspections/plans/<int:pk>/add/", plans.inspection_entry_create, name="inspection_entry_create"),
    path("oversight/inspections/plans/<int:pk>/submit/", plans.inspection_plan_submit, name="inspection_plan_submit"),
    path("oversight/inspections/plans/<int:pk>/remove/", plans.inspection_plan_remove, name="inspection_plan_remove"),
    path("oversight/inspections/plans/<int:pk>/return/", plans.inspection_plan_return, name="inspection_plan_return"),
    path(
        "oversight/inspections/plans/<int:pk>/approve/", plans.inspection_plan_approve, name="inspection_plan_approve"
    ),
    *import_urls("inspection_entry", InspectionEntryImport, path="oversight/inspections/plans/<int:place>/import/"),
    path("oversight/inspections/entries/", plans.inspection_entry_list, name="inspection_entry_list"),
    path("oversight/inspections/entries/export/", plans.inspection_entry_export, name="inspection_entry_export"),
    path(
        "oversight/inspections/entries/<int:pk>/update/", plans.inspection_entry_update, name="inspection_entry_update"
    ),
    path(
        "oversight/inspections/entries/<int:pk>/remove/", plans.inspection_entry_remove, name="inspection_entry_remove"
    ),
    path("oversight/inspections/entries/<int:pk>/inspect/", inspections.inspection_create, name="inspection_create"),
]
