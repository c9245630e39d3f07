"""Routes of fusion projects."""

from django.urls import path

from core.imports import import_urls
from outreach.services.fusion_import import FigureImport
from outreach.views import fusion

urlpatterns = [
    path("outreach/fusion/", fusion.fusion_list, name="fusion_list"),
    path("outreach/fusion/export/", fusion.fusion_export, name="fusion_export"),
    path("outreach/fusion/new/", fusion.fusion_create, name="fusion_create"),
    path("outreach/fusion/<int:pk>/", fusion.fusion_detail, name="fusion_detail"),
    path("outreach/fusion/<int:pk>/update/", fusion.fusion_update, name="fusion_update"),
    path("outreach/fusion/<int:pk>/move/<slug:state>/", fusion.fusion_move, name="fusion_move"),
    path("outreach/fusion/<int:pk>/figures/new/", fusion.figure_create, name="figure_create"),
    path("outreach/fusion/figures/", fusion.figure_list, name="figure_list"),
    path("outreach/fusion/figures/export/", fusion.figure_export, name="figure_export"),
    *import_urls("figure", FigureImport, path="outreach/fusion/figures/import/"),
    path("outreach/fusion/figures/<int:pk>/update/", fusion.figure_update, name="figure_update"),
    path("outreach/fusion/figures/<int:pk>/remove/", fusion.figure_remove, name="figure_remove"),
    path("outreach/fusion/tags/", fusion.tag_list, name="tag_list"),
    path("outreach/fusion/tags/new/", fusion.tag_create, name="tag_create"),
    path("outreach/fusion/tags/<int:pk>/update/", fusion.tag_update, name="tag_update"),
]
