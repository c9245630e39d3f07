"""党员先锋岗."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from accounts.doors import door, get_visible
from accounts.roles import Capability
from branches.models import Organisation
from core.actors import UserRequest
from core.calendar import local_today
from core.ledgers import ledger_export
from outreach.forms.rows import DayForm
from outreach.forms.vanguard import PostForm, ReviewForm
from outreach.ledgers.vanguard import VanguardLedger
from outreach.models import VanguardPost
from outreach.selectors.places import BRANCH_OR_UNIT, logs_of, people_by_id, people_of
from outreach.selectors.vanguard import posts_in_full, reviews_of, standing_words
from outreach.services import vanguard as services
from outreach.views.pages import Crumbs, Tab, answer, choose_place, listing, may, place_asked, posted

VIEW, RECORD = Capability.VANGUARD_VIEW, Capability.VANGUARD_RECORD
TABS: list[Tab] = [
    ("先锋岗", "outreach:vanguard_list", VIEW),
    ("公诺", "outreach:pledge_list", VIEW),
    ("我的承诺", "outreach:pledge_mine", Capability.PLEDGE_WRITE_OWN),
    ("审诺", "outreach:pledge_review", Capability.PLEDGE_REVIEW),
    ("评诺", "outreach:pledge_judge", Capability.PLEDGE_REVIEW),
]


@door(VIEW, methods=("GET",))
def vanguard_list(request: UserRequest) -> HttpResponse:
    actions = [("设立先锋岗", "outreach:vanguard_create", "plus", RECORD)]
    return listing(request, VanguardLedger, tabs=TABS, actions=actions)


@door(VIEW, methods=("POST",))
def vanguard_export(request: UserRequest) -> HttpResponseBase:
    return ledger_export(request, VanguardLedger)


@door(RECORD)
def vanguard_create(request: UserRequest) -> HttpResponse:
    place = place_asked(request, RECORD, BRANCH_OR_UNIT)
    if place is None:
        return choose_place(request, RECORD, BRANCH_OR_UNIT, "设立先锋岗")
    form = PostForm(posted(request), people=people_of(place))
    return answer(
        request,
        form,
        lambda: services.post_create(by=request.user, organisation=place, values=_values(form, place)),
        done="已设立先锋岗。",
        to=_url,
        title="设立先锋岗",
        crumbs=_crumbs(),
        place=place,
        note="责任人选一名党员，或填一个团队。",
    )


@door(VIEW, methods=("GET",))
def vanguard_detail(request: UserRequest, pk: int) -> HttpResponse:
    post = _post(request, pk, VIEW)
    words, tone = standing_words(post.withdrawn_on, post.valid_until, local_today())
    context = {
        "post": post,
        "reviews": reviews_of(post),
        "standing": words,
        "tone": tone,
        "may_record": post.withdrawn_on is None and may(request.user, RECORD, post.organisation.path),
    }
    return render(request, "outreach/vanguard_detail.html", context)


@door(RECORD)
def vanguard_update(request: UserRequest, pk: int) -> HttpResponse:
    post = _post(request, pk, RECORD)
    people = dict(people_of(post.organisation))
    if post.holder:
        people.setdefault(post.holder.pk, post.holder.name)
    form = PostForm(posted(request), people=people.items(), row=post)
    return answer(
        request,
        form,
        lambda: services.post_update(
            by=request.user, post=post, values=_values(form, post.organisation), expected_revision=form.revision
        ),
        done="已保存。",
        to=_url,
        title="修改先锋岗",
        crumbs=_crumbs(post),
        place=post.organisation,
    )


@door(RECORD)
def vanguard_review(request: UserRequest, pk: int) -> HttpResponse:
    post = _post(request, pk, RECORD)
    logs = logs_of(post.organisation)
    form = ReviewForm(posted(request), logs=logs)
    return answer(
        request,
        form,
        lambda: services.post_review(
            by=request.user,
            post=post,
            meeting=next((log for log in logs if log.pk == form.cleaned_data["meeting"]), None),
            **form.values,
        ),
        done="已登记评议。",
        to=lambda review: _url(post),
        title=f"评议：{post.title}",
        crumbs=_crumbs(post),
        place=post.organisation,
        note=f"对照岗位标准评议：{post.standard}",
    )


@door(RECORD)
def vanguard_withdraw(request: UserRequest, pk: int) -> HttpResponse:
    post = _post(request, pk, RECORD)
    form = DayForm(posted(request), day=("withdrawn_on", "撤销日期"), text=("reason", "撤销原因"))
    return answer(
        request,
        form,
        lambda: services.post_withdraw(
            by=request.user, post=post, held_on=form.cleaned_data["withdrawn_on"], reason=form.cleaned_data["reason"]
        ),
        done="先锋岗已撤销。",
        to=_url,
        title=f"撤销：{post.title}",
        crumbs=_crumbs(post),
        place=post.organisation,
        submit="撤销",
    )


def _values(form: PostForm, place: Organisation) -> dict[str, Any]:
    """The holder as a row of the roster; one who left meanwhile stays where nobody else was chosen."""
    key = form.cleaned_data["holder"]
    found = people_by_id(place, [key]) if key else []
    return form.values | ({} if key and not found else {"holder": found[0] if found else None})


def _post(request: UserRequest, pk: int, capability: Capability) -> VanguardPost:
    found: VanguardPost = get_visible(posts_in_full(), request.user, capability, seen_by=VIEW, pk=pk)
    return found


def _url(post: VanguardPost) -> str:
    return reverse("outreach:vanguard_detail", args=[post.pk])


def _crumbs(post: VanguardPost | None = None) -> Crumbs:
    found = [("先锋岗和承诺", reverse("outreach:vanguard_list"))]
    return [*found, (post.title, _url(post))] if post else found
