"""Routes of worklists and their tasks."""

from django.urls import path

from branches.services.worklist_imports import WorklistItemImport
from branches.views import worklists
from core.imports import import_urls

urlpatterns = [
    path("worklists/items/", worklists.worklist_item_list, name="worklist_item_list"),
    path("worklists/items/export/", worklists.worklist_item_export, name="worklist_item_export"),
    path("worklists/items/<int:pk>/", worklists.worklist_item, name="worklist_item"),
    path("worklists/items/<int:pk>/update/", worklists.worklist_item_update, name="worklist_item_update"),
    path("worklists/items/<int:pk>/progress/", worklists.worklist_item_progress, name="worklist_item_progress"),
    path("worklists/items/<int:pk>/report/", worklists.worklist_item_report, name="worklist_item_report"),
    path("worklists/items/<int:pk>/close/", worklists.worklist_item_close, name="worklist_item_close"),
    path("worklists/items/<int:pk>/return/", worklists.worklist_item_return, name="worklist_item_return"),
    path("worklists/items/<int:pk>/supervise/", worklists.worklist_item_supervise, name="worklist_item_supervise"),
    path("worklists/items/<int:pk>/extend/", worklists.worklist_item_extend, name="worklist_item_extend"),
    path("worklists/items/<int:pk>/cancel/", worklists.worklist_item_cancel, name="worklist_item_cancel"),
    path("worklists/search/", worklists.worklist_autocomplete, name="worklist_autocomplete"),
    path("worklists/<int:pk>/", worklists.worklist_detail, name="worklist_detail"),
    path("worklists/<int:pk>/export/", worklists.worklist_export, name="worklist_export"),
    path("worklists/<int:pk>/items/new/", worklists.worklist_item_create, name="worklist_item_create"),
    path("worklists/<int:pk>/items/spread/", worklists.worklist_spread, name="worklist_spread"),
    *import_urls("worklist_item", WorklistItemImport, path="worklists/<int:place>/import/"),
]
