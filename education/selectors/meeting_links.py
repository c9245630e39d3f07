"""Where a log is taken up by study: its first topic, and the topics of plans that it did."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from accounts.models import User
from accounts.roles import Capability
from branches.models import Meeting
from branches.selectors.meeting_links import MeetingLink
from education.selectors.study_tasks import STUDY_KINDS, meeting_study_url


def study_links(user: User, meeting: Meeting) -> Iterator[MeetingLink]:
    """For those who write for the branch of the log; without a query."""
    if not user.scope(Capability.STUDY_RECORD).covers(meeting.organisation.path):
        return
    first = reverse("education:first_topic_from_log", args=[meeting.pk])
    yield MeetingLink("第一议题", "登记会前学习的篇目和贯彻措施；登记过的直接打开。", first, "flag")
    if meeting.kind in STUDY_KINDS:
        detail = "把这次会议算作学习计划里一个或几个主题的完成。"
        yield MeetingLink("学习计划的主题", detail, meeting_study_url(meeting), "book")
