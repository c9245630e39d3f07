"""What is due once in this wing: re-checks of named brands (S02), needs with a day (S04), ends of postings (S06)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from django.db.models import Prefetch
from django.urls import reverse

from branches.choices import OrganisationKind
from branches.models import Organisation
from branches.services.measures import Deadline, DeadlineSource
from outreach.choices import BrandState
from outreach.models import Brand, BrandCheck, PairingNeed, VillagePosting
from outreach.policy.brands import check_years
from outreach.policy.postings import notice_from

BRAND_CHECK, PAIRING_NEED, POSTING_TERM = "brand_check", "pairing_need", "posting_term"
#: Steps of the tree: the committee's path, and a unit's.
ROOT, UNIT = 4, 8


def brand_subjects(brand: Brand) -> list[str]:
    """The subjects that a brand has or may have had, whatever its state."""
    if brand.recognised_on is None:
        return []
    years = check_years(brand.recognised_on.year, set(brand.checks.values_list("year", flat=True)), exited=False)
    return [_subject(BRAND_CHECK, brand.pk, year) for year in years]


def brand_deadlines(subjects: Collection[str] | None) -> Iterator[Deadline]:
    """One for each year checked, and the next year's while the brand is named: of the unit that named it. 3 queries."""
    brands = Brand.objects.exclude(recognised_on=None).select_related("organisation").order_by("pk")
    if subjects is not None:
        brands = brands.filter(pk__in=_keys(subjects))
    owners = dict(Organisation.objects.filter(depth__lte=2).order_by().values_list("path", "pk"))
    for brand in brands.prefetch_related(Prefetch("checks", queryset=BrandCheck.objects.order_by("year"))):
        for deadline in _checks_of(brand, owners):
            if subjects is None or deadline.subject in subjects:
                yield deadline


def need_deadlines(subjects: Collection[str] | None) -> Iterator[Deadline]:
    """Needs with a last day, of pairings that go on or whose need was met. One query."""
    needs = PairingNeed.objects.exclude(due_on=None).select_related("pairing").order_by("pk")
    if subjects is not None:
        needs = needs.filter(pk__in=_keys(subjects))
    for need in needs:
        if need.due_on and (need.pairing.ends_on is None or need.done_on is not None):
            title = f"{need.pairing}：{need.need}"
            subject = _subject(PAIRING_NEED, need.pk)
            place = need.pairing.organisation_id
            yield Deadline("S04", place, subject, title, need.noted_on, need.due_on, need.done_on is not None)


def posting_deadlines(subjects: Collection[str] | None) -> Iterator[Deadline]:
    """The end of every term, from 90 days before. One query."""
    postings = VillagePosting.objects.select_related("member").order_by("pk")
    if subjects is not None:
        postings = postings.filter(pk__in=_keys(subjects))
    for row in postings:
        title = f"{row.member.name}驻{row.village}任期届满：轮换或续派"
        subject, starts_on = _subject(POSTING_TERM, row.pk), notice_from(row.ends_on)
        done = row.finished_on is not None
        yield Deadline("S06", row.organisation_id, subject, title, starts_on, row.ends_on, done)


def _checks_of(brand: Brand, owners: dict[str, int]) -> Iterator[Deadline]:
    path = brand.organisation.path
    owner = owners[path[: ROOT if brand.organisation.kind == OrganisationKind.UNIT else UNIT]]
    checked = {check.year for check in brand.checks.all()}
    exited = brand.state == BrandState.EXITED
    for year in check_years(_year(brand), checked, exited=exited):
        title = f"复核{brand.organisation.short_name}的品牌“{brand.name}”（{year}年）"
        first, last = _span(year)
        yield Deadline("S02", owner, _subject(BRAND_CHECK, brand.pk, year), title, first, last, year in checked)


def _year(brand: Brand) -> int:
    return int(brand.recognised_on.year) if brand.recognised_on else int(brand.declared_year)


def _span(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def _subject(source: str, *keys: int) -> str:
    return ":".join((source, *map(str, keys)))


def _keys(subjects: Collection[str]) -> set[int]:
    return {_key(subject) for subject in subjects}


def _key(subject: str) -> int:
    return int(subject.split(":")[1])


SOURCES = (
    DeadlineSource(
        name=BRAND_CHECK,
        label="品牌年度复核",
        hint="登记年度复核意见后自动计入。",
        rows=brand_deadlines,
        url=lambda subject: reverse("outreach:brand_detail", args=[_key(subject)]),
        capability="brand.view",
    ),
    DeadlineSource(
        name=PAIRING_NEED,
        label="联村联户群众需求",
        hint="登记办结后自动计入。",
        rows=need_deadlines,
        url=lambda subject: reverse("outreach:need_detail", args=[_key(subject)]),
        capability="pairing.view",
    ),
    DeadlineSource(
        name=POSTING_TERM,
        label="驻村任期届满",
        hint="办理交接，或修改任期后自动计入。",
        rows=posting_deadlines,
        url=lambda subject: reverse("outreach:posting_detail", args=[_key(subject)]),
        capability="village_posting.view",
    ),
)
