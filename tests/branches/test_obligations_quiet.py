"""
When a branch is left in peace (domain.md §16, closing note): newly founded, suspended, temporary, merged. A table of
vectors asked of the statements, and properties asked of the policy that the statements must repeat.
"""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from branches.choices import OrganisationChangeKind, OrganisationKind, OrganisationStatus
from branches.models import Obligation, Organisation, OrganisationChange, Requirement, Waiver
from branches.policy.obligations import Span, founding_quiet, merger_quiet
from branches.services import obligation_facts
from branches.services.obligation_checks import obligations_verify
from branches.services.obligations import obligations_open, obligations_reopen_for
from branches.services.organisation_status import organisation_merge
from core.periods import Freq, period_of, periods_between
from tests.factories import floor_rules, make_organisation

TODAY = date(2026, 8, 15)
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
PERIODS = st.builds(period_of, DAYS, st.sampled_from(list(Freq)))


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(obligation_facts, "local_today", lambda: TODAY)


@pytest.fixture
def opened(city):
    floor_rules()
    obligations_open()
    return city


def asked(branch, code):
    rows = Obligation.objects.filter(organisation=branch, requirement__code=code, waived=False)
    return list(rows.order_by("starts_on").values_list("period", flat=True))


def months(*numbers):
    return [f"2026M{number:02d}" for number in numbers]


def quarters(*numbers):
    return [f"2026Q{number}" for number in numbers]


FOUNDED = [
    # founded, months more, R06 by month, R03 by quarter, R07 by year
    (date(2025, 12, 31), 0, months(*range(1, 13)), quarters(1, 2, 3, 4), ["2026"]),
    (date(2026, 1, 1), 0, months(*range(2, 13)), quarters(2, 3, 4), []),
    (date(2026, 1, 2), 0, months(*range(2, 13)), quarters(2, 3, 4), []),
    (date(2026, 4, 1), 0, months(*range(5, 13)), quarters(3, 4), []),
    (date(2026, 6, 30), 0, months(*range(7, 13)), quarters(3, 4), []),
    (date(2026, 5, 20), 1, months(*range(7, 13)), quarters(3, 4), []),
    (date(2026, 6, 1), 1, months(*range(8, 13)), quarters(4), []),
    (date(2025, 12, 5), 2, months(*range(3, 13)), quarters(2, 3, 4), []),
]


@pytest.mark.parametrize(("founded_on", "more", "by_month", "by_quarter", "by_year"), FOUNDED)
def test_newly_founded(opened, settings, founded_on, more, by_month, by_quarter, by_year):
    settings.PORTAL = {**settings.PORTAL, "FOUNDING_QUIET_MONTHS": more}
    new = make_organisation(opened.committee, OrganisationKind.BRANCH, "新设党支部", founded_on=founded_on)
    obligations_reopen_for(organisation_ids=[new.pk])
    assert (asked(new, "R06"), asked(new, "R03"), asked(new, "R07")) == (by_month, by_quarter, by_year)
    assert obligations_verify() == []


SUSPENDED = [
    # suspended, resumed (None: still), R06, R03, R07
    (date(2026, 2, 10), None, months(1), [], []),
    (date(2026, 2, 10), date(2026, 2, 20), months(1, *range(3, 13)), quarters(1, 2, 3, 4), ["2026"]),
    (date(2026, 3, 20), date(2026, 4, 10), months(1, 2, *range(5, 13)), quarters(3, 4), ["2026"]),
    (date(2026, 3, 1), date(2026, 4, 1), months(1, 2, *range(4, 13)), quarters(2, 3, 4), ["2026"]),
    (date(2025, 11, 1), date(2026, 1, 2), months(*range(2, 13)), quarters(2, 3, 4), []),
    (date(2025, 11, 1), date(2026, 1, 1), months(*range(1, 13)), quarters(1, 2, 3, 4), ["2026"]),
]


@pytest.mark.parametrize(("since", "until", "by_month", "by_quarter", "by_year"), SUSPENDED)
def test_suspended(opened, since, until, by_month, by_quarter, by_year):
    kinds = [(OrganisationChangeKind.SUSPENDED, since), (OrganisationChangeKind.RESUMED, until)]
    for kind, day in kinds:
        if day:
            OrganisationChange.objects.create(organisation=opened.sibling, kind=kind, effective_on=day)
    status = OrganisationStatus.ACTIVE if until else OrganisationStatus.SUSPENDED
    Organisation.objects.filter(pk=opened.sibling.pk).update(status=status)
    obligations_reopen_for(organisation_ids=[opened.sibling.pk])
    found = [asked(opened.sibling, code) for code in ("R06", "R03", "R07")]
    assert found == [by_month, by_quarter, by_year]
    assert obligations_verify() == []


@pytest.mark.parametrize("type_code", ["931", "932"])
def test_temporary_branches_are_asked_nothing_at_all(opened, type_code):
    temporary = make_organisation(opened.committee, OrganisationKind.BRANCH, "专班临时党支部", type_code=type_code)
    obligations_reopen_for(organisation_ids=[temporary.pk])
    assert not Obligation.objects.filter(organisation=temporary).exists()
    assert obligations_verify() == []


MERGED = [
    # merged on, what the old one is still asked (R06, R03), what the new one is asked (R06, R03)
    (
        date(2026, 7, 20),
        months(*range(1, 7)),
        quarters(1, 2),
        months(*range(1, 7), *range(8, 13)),
        quarters(1, 2, 3, 4),
    ),
    (date(2026, 7, 1), months(*range(1, 7)), quarters(1, 2), months(*range(1, 7), *range(8, 13)), quarters(1, 2, 3, 4)),
    (date(2026, 6, 30), months(*range(1, 6)), quarters(1), months(*range(1, 6), *range(7, 13)), quarters(1, 2, 3, 4)),
]


@pytest.mark.parametrize(("day", "old_months", "old_quarters", "new_months", "new_quarters"), MERGED)
def test_merged_within_a_period(opened, day, old_months, old_quarters, new_months, new_quarters):
    """The old one is asked nothing that was running; the new one has its quarter and year, but not that month."""
    organisation_merge(
        by=opened.user(Role.UNIT_STAFF), organisation=opened.sibling, target=opened.branch, effective_on=day
    )
    assert (asked(opened.sibling, "R06"), asked(opened.sibling, "R03")) == (old_months, old_quarters)
    assert (asked(opened.branch, "R06"), asked(opened.branch, "R03")) == (new_months, new_quarters)
    assert asked(opened.sibling, "R07") == []
    assert asked(opened.branch, "R07") == ["2026"]
    told = Waiver.objects.filter(obligation__organisation=opened.sibling).values_list("reason", flat=True)
    assert all("并入" in reason for reason in told)
    assert obligations_verify() == []


@given(period=PERIODS, founded_on=DAYS, more=st.integers(0, 6))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_founding_silences_its_own_periods_and_never_an_older_one(period, founded_on, more):
    span = founding_quiet(founded_on, more)
    assert span.starts_on == founded_on < span.ends_on
    if period.starts_on <= founded_on <= period.ends_on and period.freq is Freq.MONTH:
        assert span.silences(period)
    if period.ends_on < founded_on or period.starts_on >= span.ends_on:
        assert not span.silences(period)


@given(day=DAYS)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_merger_silences_one_month_and_nothing_else(day):
    span = merger_quiet(day)
    around = (date(day.year, 1, 1), date(day.year, 12, 31))
    quiet = [period for freq in Freq for period in periods_between(freq, *around) if span.silences(period)]
    assert quiet == [period_of(day, Freq.MONTH)]


@given(period=PERIODS, first=DAYS, length=st.integers(1, 500))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_pause_silences_every_month_it_touches_and_longer_periods_at_their_edges(period, first, length):
    span = Span(first, first + timedelta(days=length))
    last = span.ends_on - timedelta(days=1)
    touched = first <= period.ends_on and last >= period.starts_on
    if period.freq is Freq.MONTH:
        assert span.silences(period) is touched
    else:
        edges = first <= period.starts_on <= last or first <= period.ends_on <= last
        assert span.silences(period) is edges
    assert not span.silences(period) or touched
    longer = Span(span.starts_on, None)
    assert not span.silences(period) or longer.silences(period)


def test_the_statements_agree_with_the_policy(opened):
    """Every rule and period of a year, for pauses of every kind: asked exactly where the policy is not silent."""
    rules = list(Requirement.objects.filter(code__in=["R03", "R06", "R07"]).values_list("code", "frequency"))
    year = (date(2026, 1, 1), date(2026, 12, 31))
    for number, (first, length) in enumerate([(0, 1), (14, 31), (58, 2), (89, 2), (120, 45), (180, 1), (340, 40)]):
        since = date(2026, 1, 1) + timedelta(days=first)
        span = Span(since, since + timedelta(days=length))
        branch = make_organisation(opened.committee, OrganisationKind.BRANCH, f"第{number}党支部")
        for kind, day in (
            (OrganisationChangeKind.SUSPENDED, span.starts_on),
            (OrganisationChangeKind.RESUMED, span.ends_on),
        ):
            OrganisationChange.objects.create(organisation=branch, kind=kind, effective_on=day)
        obligations_reopen_for(organisation_ids=[branch.pk])
        for code, frequency in rules:
            expected = [period.code for period in periods_between(Freq(frequency), *year) if not span.silences(period)]
            assert asked(branch, code) == expected, (code, span)
