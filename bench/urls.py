"""The portal's URLs, the page that says hello, and the admin's list of the same table."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from branches.models import Meeting


class OpenSite(admin.AdminSite):
    """Asks for a login only: users have no permission mixin."""

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_authenticated)


class MeetingAdmin(admin.ModelAdmin):
    """The columns of the portal's list, its search, and its filters but for those over joins, as the admin does it."""

    list_display = (
        "title", "held_on", "kind", "also_kinds", "organisation", "present", "expected", "status", "is_late_entry",
    )  # fmt: skip
    list_filter = ("kind", "held_on", "status", "is_late_entry")
    search_fields = ("title",)
    list_select_related = ("organisation",)
    list_per_page = 50

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


site = OpenSite()
site.register(Meeting, MeetingAdmin)


def hello(request: HttpRequest) -> HttpResponse:
    """R0, the floor: session, user, middleware, nothing else."""
    return HttpResponse(f"hello {request.user.pk}")


urlpatterns = [
    path("bench/hello/", hello),
    path("bench/admin/", site.urls),
    path("", include("config.urls")),
]
