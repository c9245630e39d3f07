"""The inbox."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from core.actors import UserRequest
from core.doors import door
from core.notices import notice_read, notices_read_all
from core.selectors import inbox_page, notice_of


@door("notice.list_own", methods=("GET",))
def notice_list(request: UserRequest) -> HttpResponse:
    """Fifty notices, newest first; ``?unread=1`` shows the unread ones, ``?before=`` continues below a notice."""
    unread = request.GET.get("unread") == "1"
    page = inbox_page(request.user, unread=unread, before=request.GET.get("before", ""))
    return render(request, "core/notice_list.html", {"page": page, "unread": unread})


@door("notice.list_own", methods=("POST",))
def notice_open(request: UserRequest, pk: int) -> HttpResponse:
    """Mark as read and go where the notice points."""
    notice = notice_of(request.user, pk)
    if notice is None:
        raise Http404("没有找到这条通知。")
    notice_read(by=request.user, notice=notice)
    inside = notice.url.startswith("/") and url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None)
    return redirect(notice.url if inside else "core:notice_list")


@door("notice.list_own", methods=("POST",))
def notice_read_all(request: UserRequest) -> HttpResponse:
    count = notices_read_all(by=request.user)
    messages.success(request, f"已将 {count} 条通知标为已读。" if count else "没有未读通知。")
    return redirect("core:notice_list")
