"""The door in front of a view."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from accounts.roles import Role
from core.doors import Door, door

pytestmark = pytest.mark.django_db


@door("job.view_own", "audit.search_admin", methods=("GET",))
def either(request):
    return HttpResponse("in")


@door()
def anyone(request):
    return HttpResponse("in")


@door("audit.search_admin", methods=("POST",))
def auditors(request):
    return HttpResponse("in")


def ask(rf, view, user, method="get"):
    request = getattr(rf, method)("/")
    request.user = user
    return view(request)


def test_any_of_the_capabilities_opens(rf, city):
    assert ask(rf, either, city.user(Role.MEMBER)).content == b"in"
    assert ask(rf, anyone, city.user(Role.MEMBER)).content == b"in"
    assert ask(rf, auditors, city.user(Role.AUDIT_ADMIN), "post").content == b"in"
    with pytest.raises(PermissionDenied):
        ask(rf, auditors, city.user(Role.MEMBER), "post")


def test_other_methods_are_refused_before_the_right_is_asked(rf, city):
    answer = ask(rf, auditors, city.user(Role.MEMBER))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert ask(rf, either, city.user(Role.MEMBER), "head").status_code == 200
    assert ask(rf, either, city.user(Role.MEMBER), "post").status_code == 405


def test_the_mark_tells_what_opens_the_view():
    assert either.door == Door(("job.view_own", "audit.search_admin"), ("GET",))
