"""Routes of 分片区联系指导."""

from django.urls import path

from core.imports import import_urls
from oversight.services.work_imports import AreaUnitsImport
from oversight.views import liaison, liaison_visits

urlpatterns = [
    path("oversight/areas/", liaison.area_list, name="area_list"),
    path("oversight/areas/new/", liaison.area_create, name="area_create"),
    path("oversight/areas/visits/", liaison.visits_rule, name="visits_rule"),
    path("oversight/areas/<int:pk>/", liaison.area_detail, name="area_detail"),
    path("oversight/areas/<int:pk>/update/", liaison.area_update, name="area_update"),
    path("oversight/areas/<int:pk>/end/", liaison.area_end, name="area_end"),
    path("oversight/areas/<int:pk>/units/", liaison.units_add, name="area_units_add"),
    path("oversight/areas/units/<int:pk>/leave/", liaison.unit_leave, name="area_unit_leave"),
    path("oversight/areas/<int:area>/visit/", liaison_visits.visit_create, name="visit_create"),
    path("oversight/visits/", liaison_visits.visit_list, name="visit_list"),
    path("oversight/visits/export/", liaison_visits.visit_export, name="visit_export"),
    path("oversight/visits/<int:pk>/", liaison_visits.visit_detail, name="visit_detail"),
    path("oversight/visits/<int:pk>/update/", liaison_visits.visit_update, name="visit_update"),
    path("oversight/visits/<int:pk>/remove/", liaison_visits.visit_remove, name="visit_remove"),
    *import_urls("area_units", AreaUnitsImport, path="oversight/areas/<int:place>/import/"),
]
