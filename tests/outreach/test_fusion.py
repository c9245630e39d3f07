"""融合项目: states with their results, figures before and after, tags as the city's rows."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Role
from branches.services.rules import rules_load
from outreach.models import FusionFigure, FusionTag
from outreach.policy.fusion import change_of
from outreach.selectors.fusion import tag_rows
from outreach.services import fusion as services
from outreach.services.settings_load import settings_load
from tests.outreach.conftest import TODAY, make_project

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]
FIGURE = {
    "name": "平均等候", "unit": "分钟", "base_value": Decimal(20), "base_on": TODAY - timedelta(days=90),
    "now_value": None, "now_on": None,
}  # fmt: skip


def test_states_tell_their_result(city, secretary):
    project = make_project(city, secretary)
    assert project.worklist.source == "outreach.fusion"
    services.project_move(by=secretary, project=project, state="ongoing")
    with pytest.raises(ValidationError, match="请写明结果"):
        services.project_move(by=secretary, project=project, state="finished")
    with pytest.raises(ValidationError, match="不能改为"):
        services.project_move(by=secretary, project=project, state="candidate", result="好")
    services.project_move(by=secretary, project=project, state="finished", result="等候缩短12分钟")
    services.project_move(by=secretary, project=project, state="candidate")
    project.refresh_from_db()
    assert (project.state, project.result) == ("candidate", "等候缩短12分钟")


def test_figures_are_paired_with_their_days(city, secretary):
    project = make_project(city, secretary)
    figure = services.figure_save(by=secretary, project=project, values=FIGURE)
    for wrong in (
        {"now_value": Decimal(8)},
        {"now_on": TODAY},
        {"now_value": Decimal(8), "now_on": TODAY - timedelta(days=100)},
    ):
        with pytest.raises(ValidationError):
            services.figure_save(by=secretary, project=project, values={**FIGURE, **wrong}, figure=figure)
    services.figure_save(
        by=secretary, project=project, values={**FIGURE, "now_value": Decimal(8), "now_on": TODAY}, figure=figure
    )
    figure.refresh_from_db()
    assert change_of(figure.base_value, figure.now_value) == "-12（-60.0%）"
    with pytest.raises(ValidationError, match="同名指标"):
        services.figure_save(by=secretary, project=project, values=FIGURE)
    with pytest.raises(IntegrityError), transaction.atomic():
        FusionFigure.objects.filter(pk=figure.pk).update(now_on=None)
    services.figure_remove(by=secretary, figure=figure)
    assert not FusionFigure.objects.exists()


def test_change_without_a_base():
    assert change_of(Decimal(0), Decimal("3.50")) == "+3.5"
    assert change_of(Decimal(5), None) == ""
    assert change_of(Decimal(5), Decimal(5)) == "0（+0.0%）"


def test_tags_are_rows_of_the_city(city, secretary):
    assert settings_load() == []
    assert FusionTag.objects.filter(group="four_new").count() == 4
    tag = FusionTag.objects.get(name="农业现代化")
    services.tag_save(by=secretary, values={"is_active": False}, tag=tag)
    assert [line for line in rules_load() if "农业" in line] == []
    tag.refresh_from_db()
    assert not tag.is_active
    own = services.tag_save(
        by=secretary, values={"group": "other", "name": "本市重点", "source": "", "is_active": True}
    )
    make_project(city, secretary)
    project = services.project_update(
        by=secretary, project=make_project(city, secretary, title="另一个"), values={}, tags=[own]
    )
    assert [row.count for row in tag_rows(secretary) if row.tag == own] == [1]
    assert [row.count for row in tag_rows(city.user(Role.CITY_STAFF)) if row.tag == own] == [1]
    assert project.tags.get() == own


def test_stopped_project_is_settled(city, secretary):
    project = make_project(city, secretary)
    services.project_move(by=secretary, project=project, state="stopped", result="机构改革")
    with pytest.raises(ValidationError, match="已终止"):
        services.figure_save(by=secretary, project=project, values=FIGURE)
