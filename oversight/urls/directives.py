"""Routes of 第一遵循 / 第一政治要件."""

from django.urls import path

from core.imports import import_urls
from oversight.services.work_imports import DirectiveImport
from oversight.views import directive_stages, directives

urlpatterns = [
    path("oversight/directives/", directives.directive_list, name="directive_list"),
    path("oversight/directives/export/", directives.directive_export, name="directive_export"),
    path("oversight/directives/new/", directives.directive_create, name="directive_create"),
    path("oversight/directives/stages/", directives.scheme_edit, name="scheme_edit"),
    path("oversight/directives/<int:pk>/", directives.directive_detail, name="directive_detail"),
    path("oversight/directives/<int:pk>/update/", directives.directive_update, name="directive_update"),
    path("oversight/directives/<int:pk>/plan/", directive_stages.stages_plan, name="stages_plan"),
    path("oversight/directives/<int:pk>/supervise/", directives.directive_supervise, name="directive_supervise"),
    path("oversight/directives/<int:pk>/close/", directives.directive_close, name="directive_close"),
    path("oversight/directives/<int:pk>/reopen/", directives.directive_reopen, name="directive_reopen"),
    path("oversight/directives/<int:pk>/withdraw/", directives.directive_withdraw, name="directive_withdraw"),
    path("oversight/directives/<int:pk>/report/", directives.directive_document, name="directive_document"),
    path("oversight/stages/<int:pk>/finish/", directive_stages.stage_finish, name="stage_finish"),
    path("oversight/stages/<int:pk>/return/", directive_stages.stage_return, name="stage_return"),
    *import_urls("directive", DirectiveImport, path="oversight/directives/<int:place>/import/"),
]
