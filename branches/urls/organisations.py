"""Routes of organisations and posts."""

from django.urls import path

from branches.views import advice, organisations, posts

urlpatterns = [
    path("organisations/", organisations.organisation_list, name="organisation_list"),
    path("organisations/export/", organisations.organisation_export, name="organisation_export"),
    path("organisations/tree/", organisations.organisation_tree, name="organisation_tree"),
    path("organisations/search/", organisations.organisation_autocomplete, name="organisation_autocomplete"),
    path("organisations/new/", organisations.organisation_create, name="organisation_create"),
    path("organisations/<int:pk>/", organisations.organisation_detail, name="organisation_detail"),
    path("organisations/<int:pk>/children/", organisations.organisation_children, name="organisation_children"),
    path("organisations/<int:pk>/update/", organisations.organisation_update, name="organisation_update"),
    path("organisations/<int:pk>/change/<slug:change>/", organisations.organisation_change, name="organisation_change"),
    path("organisations/<int:pk>/undo/", organisations.organisation_undo, name="organisation_undo"),
    path("organisations/advice/", advice.advice_list, name="advice_list"),
    path("organisations/advice/export/", advice.advice_export, name="advice_export"),
    path("organisations/<int:pk>/posts/new/", posts.post_assign, name="post_assign"),
    path("posts/<int:pk>/end/", posts.post_end, name="post_end"),
]
