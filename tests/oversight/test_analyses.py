"""机关党建分析研判: figures of the records, frozen; two finished ones a year meet the unit's obligation."""

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from docx import Document

from accounts.roles import Role
from branches.models import Obligation
from branches.services.obligations import obligations_open
from branches.services.worklists import item_add
from core.documents import write_docx
from oversight.exports.analyses import analysis_document
from oversight.models import Analysis
from oversight.policy.analyses import FIGURES, half_of, half_span
from oversight.selectors.analyses import figures_shown, halves_to_choose
from oversight.services import analyses as services
from tests.factories import make_meeting, make_member
from tests.oversight.papers import DAY, TODAY, load_rules

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rules(db):
    load_rules()


YEAR, HALF = half_of(TODAY)
WRITTEN = {
    "host": "钱一帆", "met_on": TODAY, "situation": "总体平稳", "problems": "主题党日形式单一", "causes": "谋划不够",
    "measures": "每季度换一种形式",
}  # fmt: skip


def begin(city, organisation=None, year=YEAR, half=HALF):
    by = city.user(Role.UNIT_STAFF)
    return services.analysis_begin(by=by, organisation=organisation or city.unit, year=year, half=half)


def write(row, **changes):
    values = WRITTEN | changes
    return services.analysis_save(by=row.by, row=row, values=values, expected_revision=row.revision)


def test_figures_come_from_the_records_below(city):
    make_meeting(city.branch, TODAY, kind="theme_day", also=("lecture",))
    make_meeting(city.foreign, TODAY)
    make_member(city.branch, "预备甲", category="probationary", confirmed_on=None)
    row = begin(city)
    assert set(row.figures) == {kind.key for kind in FIGURES}
    wanted = {
        "branches": 2,
        "full": 8,
        "probationary": 1,
        "meetings": 1,
        "theme_days": 1,
        "lectures": 1,
        "assemblies": 0,
    }
    assert {key: row.figures[key] for key in wanted} == wanted
    assert row.figures_on == TODAY


def test_every_figure_opens_to_the_rows_it_counted(city):
    make_meeting(city.branch, TODAY, kind="theme_day", also=("lecture",))
    row = begin(city)
    client = city.client(Role.UNIT_STAFF)
    for _, figures in figures_shown(row):
        for figure in figures:
            answer = client.get(figure.url)
            assert answer.status_code in (200, 302), figure.url
            if answer.status_code == 200 and not figure.kind.key.startswith("dues"):
                shown = answer.context["ledger"]
                assert not shown.errors if hasattr(shown, "errors") else True
                assert len(list(shown.rows)) == figure.value, figure.kind.key


def test_a_snapshot_stays_until_it_is_renewed(city):
    row = begin(city)
    make_meeting(city.branch, TODAY)
    row.refresh_from_db()
    assert row.figures["meetings"] == 0
    assert services.analysis_renew_figures(by=row.by, row=row).figures["meetings"] == 1


def test_finished_is_frozen_and_meets_the_obligation(city):
    obligations_open()
    owed = Obligation.objects.get(requirement__code="V14", organisation=city.unit, period=str(YEAR))
    assert (owed.needed, owed.done) == (2, 0)
    row = begin(city)
    with pytest.raises(ValidationError, match="请先写"):
        services.analysis_finish(by=row.by, row=row)
    done = services.analysis_finish(by=row.by, row=write(row))
    owed.refresh_from_db()
    assert owed.done == 1
    for verb in (services.analysis_finish, services.analysis_renew_figures):
        with pytest.raises(ValidationError, match="已定稿"):
            verb(by=row.by, row=done)
    with pytest.raises(ValidationError, match="已定稿"):
        write(done)
    done.problems = "改掉"
    with pytest.raises(ValidationError, match="已定稿"):
        done.save()


def test_one_of_a_half_year_and_none_ahead(city):
    begin(city)
    with pytest.raises(ValidationError, match="已经有了"):
        begin(city)
    with pytest.raises(ValidationError, match="还没有开始"):
        begin(city, year=YEAR + 1)
    with pytest.raises(ValidationError, match="由单位"):
        begin(city, city.branch)
    assert begin(city, city.root).organisation == city.root
    assert halves_to_choose(half_span(2026, 2)[0])[:2] == [("2026-2", "2026年下半年"), ("2026-1", "2026年上半年")]


def test_conflict_and_bad_words(city):
    row = begin(city)
    write(row)
    with pytest.raises(ValidationError, match="别人刚改过"):
        services.analysis_save(by=row.by, row=row, values=WRITTEN, expected_revision=row.revision)
    row.refresh_from_db()
    with pytest.raises(ValidationError) as error:
        write(row, problems="找13800138000")
    assert "problems" in error.value.message_dict
    with pytest.raises(ValidationError):
        write(row, met_on=TODAY + DAY)


@pytest.mark.parametrize("bad", [{"state": "finished"}, {"half": 3}, {"finished_on": TODAY}])
def test_the_database_refuses(city, bad):
    row = begin(city)
    with pytest.raises(IntegrityError), transaction.atomic():
        Analysis.objects.filter(pk=row.pk).update(**bad)


def test_the_word_document(city):
    row = write(begin(city))
    item_add(
        by=row.by, worklist=row.worklist, task="换一种形式开展主题党日", organisation=city.branch, due_on=TODAY + DAY
    )
    file = BytesIO()
    write_docx(analysis_document(row), file)
    document = Document(file)
    words = "\n".join(each.text for each in document.paragraphs)
    cells = "\n".join(cell.text for table in document.tables for line in table.rows for cell in line.cells)
    assert "主题党日形式单一" in words
    assert "换一种形式开展主题党日" in cells
    assert "正式党员" in cells
    assert Obligation.objects.get(requirement__code="V13").organisation == city.branch
