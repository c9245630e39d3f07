"""What the search box finds on the roof: frozen reports, by the words of their titles."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User
from accounts.roles import Capability
from core.search import Hit, SearchSource
from reports.choices import ReportState
from reports.models import QuarterlyReport


def _reports(user: User, text: str, limit: int) -> list[Hit]:
    rows = QuarterlyReport.objects.visible_to(user, Capability.REPORT_UNIT_VIEW).filter(state=ReportState.FROZEN)
    for word in text.split():
        rows = rows.filter(title__contains=word)
    found = rows.order_by("-period", "-pk").values_list("pk", "title", "as_of")[:limit]
    return [Hit(title, f"数据截至{day}", reverse("reports:report_detail", args=[pk])) for pk, title, day in found]


REPORTS = SearchSource(
    "report", "季度报表", "report-analytics", 40, lambda user: user.can(Capability.REPORT_UNIT_VIEW), _reports,
    lambda text: f"{reverse('reports:report_list')}?{urlencode({'q': text})}",
)  # fmt: skip
