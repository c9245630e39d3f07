"""Routes of obligations."""

from django.urls import path

from branches.views import obligations

urlpatterns = [
    path("obligations/", obligations.obligation_matrix, name="obligation_matrix"),
    path("obligations/matrix/export/", obligations.obligation_matrix_export, name="obligation_matrix_export"),
    path("obligations/list/", obligations.obligation_list, name="obligation_list"),
    path("obligations/list/export/", obligations.obligation_export, name="obligation_export"),
    path("obligations/rules/", obligations.requirement_list, name="requirement_list"),
    path("obligations/<int:pk>/", obligations.obligation_detail, name="obligation_detail"),
    path("obligations/<int:pk>/waive/", obligations.obligation_waive, name="obligation_waive"),
    path("obligations/waivers/<int:pk>/revoke/", obligations.waiver_revoke, name="waiver_revoke"),
]
