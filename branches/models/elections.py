from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.choices import (
    ElectionBase,
    ElectionBody,
    ElectionKind,
    ElectionMeasure,
    ElectionOffice,
    ElectionState,
    ExcuseReason,
    ExtensionState,
    PostKind,
    RoundKind,
    TermPlace,
)
from branches.models.meetings import Meeting
from branches.models.members import Member
from branches.models.organisations import Organisation
from branches.models.posts import Term
from branches.querysets import (
    ContestPartQuerySet,
    ElectionPartQuerySet,
    OrganisationRowQuerySet,
    TermExtensionQuerySet,
)
from branches.validators import validate_plain_text


def _text(title: str, length: int) -> models.CharField:
    return models.CharField(title, max_length=length, blank=True, validators=[validate_plain_text])


class ElectionRule(models.Model):
    """
    A dated rule about terms and elections, with where it is written. ``option``: a base of the majority; of two in
    force the one with ``is_default`` is offered first, and both are shown with their sources.
    """

    code = models.CharField("编号", max_length=20)
    measure = models.CharField("规定什么", max_length=20, choices=ElectionMeasure)
    place = models.CharField("适用", max_length=16, choices=TermPlace, blank=True)
    option = models.CharField("选项", max_length=12, choices=ElectionBase, blank=True)
    number = models.PositiveSmallIntegerField("数值", default=0)
    is_default = models.BooleanField("默认", default=True)
    title = models.CharField("规则", max_length=80)
    source = models.CharField("依据", max_length=120)
    article = models.CharField("条款", max_length=40, blank=True)
    valid_from = models.DateField("施行日期")
    valid_until = models.DateField("失效日期", null=True, blank=True)

    objects = models.Manager()

    class Meta:
        verbose_name = "任期和选举规则"
        verbose_name_plural = "任期和选举规则"
        ordering = ["code", "valid_from"]
        constraints = [
            models.UniqueConstraint(name="electionrule_dated", fields=["code", "valid_from"]),
            models.CheckConstraint(
                name="electionrule_dates", condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class TermExtension(models.Model):
    """A term put off, at most by a year, with a superior's approval (任期意见 item 2); decided by a second person."""

    term = models.ForeignKey(Term, models.PROTECT, related_name="extensions", verbose_name="届期")
    until = models.DateField("延期至")
    reason = models.CharField("理由", max_length=200, validators=[validate_plain_text])
    state = models.CharField("状态", max_length=12, choices=ExtensionState, default=ExtensionState.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人")
    proposed_at = models.DateTimeField("提出时间", auto_now_add=True)
    document = _text("批准文号", 80)
    document_on = models.DateField("批准日期", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name="办理人"
    )
    decided_at = models.DateTimeField("办理时间", null=True, blank=True)
    note = _text("办理意见", 200)

    objects = TermExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = "任期延期"
        verbose_name_plural = "任期延期"
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(
                name="extension_one_proposed",
                fields=["term"],
                condition=Q(state="proposed"),
                violation_error_message="这一届已有一项延期正在等待批准。",
            ),
            models.CheckConstraint(
                name="extension_approved_by_document",
                condition=~Q(state="approved") | (~Q(document="") & Q(document_on__isnull=False)),
                violation_error_message="批准延期须写明批准文号和日期。",
            ),
            models.CheckConstraint(
                name="extension_second_person",
                condition=~Q(state__in=["approved", "refused"]) | ~Q(decided_by=F("proposed_by")),
                violation_error_message="提出人不能自己批准。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.term} 延期至{self.until}"


class Election(models.Model):
    """
    换届选举 or 补选 of one organisation, from the request to the approval of its result (fields: end of domain.md §3).
    Where the assembly has a log, its figures are the election's: ``meeting``.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="elections", db_index=False, verbose_name="党组织"
    )
    kind = models.CharField("类别", max_length=12, choices=ElectionKind)
    state = models.CharField("状态", max_length=12, choices=ElectionState, default=ElectionState.PREPARING)
    number = models.PositiveSmallIntegerField("届次")
    years = models.PositiveSmallIntegerField("任期（年）")
    base = models.CharField("过半数的基数", max_length=12, choices=ElectionBase, default=ElectionBase.PRESENT)
    planned_on = models.DateField("拟召开日期")
    place = _text("地点", 80)
    request_number = _text("请示文号", 80)
    request_on = models.DateField("请示日期", null=True, blank=True)
    reply_number = _text("批复文号", 80)
    reply_on = models.DateField("批复日期", null=True, blank=True)
    scrutineers = _text("监票人", 80)
    tellers = _text("计票人", 80)
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, blank=True, related_name="elections", verbose_name="党员大会记录"
    )
    held_on = models.DateField("选举日期", null=True, blank=True)
    report_number = _text("报告文号", 80)
    report_on = models.DateField("报告日期", null=True, blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name="报告人"
    )
    approval_number = _text("批准文号", 80)
    approved_on = models.DateField("批准日期", null=True, blank=True)
    filed_on = models.DateField("备案日期", null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name="批准备案人"
    )
    term = models.ForeignKey(Term, models.PROTECT, null=True, blank=True, related_name="elections", verbose_name="届期")
    cancel_reason = _text("取消原因", 200)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    opened_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = OrganisationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "选举"
        verbose_name_plural = "选举"
        ordering = ["-planned_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="election_one_running",
                fields=["organisation"],
                condition=Q(state__in=["preparing", "reported"]),
                violation_error_message="这个党组织已有一次选举正在办理，办结或取消后才能再登记。",
            ),
            models.CheckConstraint(name="election_years", condition=Q(years__in=[3, 5])),
            models.CheckConstraint(
                name="election_reported_with_date",
                condition=~Q(state__in=["reported", "completed"]) | (Q(held_on__isnull=False) & Q(term__isnull=False)),
                violation_error_message="报告选举结果前须有选举日期。",
            ),
            models.CheckConstraint(
                name="election_cancelled_with_reason", condition=~Q(state="cancelled") | ~Q(cancel_reason="")
            ),
            models.CheckConstraint(
                name="election_second_person",
                condition=~Q(state="completed") | ~Q(approved_by=F("reported_by")),
                violation_error_message="报告人不能自己批准备案。",
            ),
        ]
        indexes = [models.Index(name="election_recent", fields=["organisation", "-planned_on"])]

    def __str__(self) -> str:
        return f"{self.organisation} 第{self.number}届{self.get_kind_display()}"

    @property
    def is_by_election(self) -> bool:
        return self.kind == ElectionKind.BY_ELECTION


class ElectionExcuse(models.Model):
    """A member whom the branch decided to leave out of 应到会. The reason is for those who run and approve it alone."""

    election = models.ForeignKey(Election, models.CASCADE, related_name="excuses", verbose_name="选举")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="党员")
    reason = models.CharField("原因", max_length=12, choices=ExcuseReason)
    decided_on = models.DateField("党组织同意日期")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")

    objects = ElectionPartQuerySet.as_manager()

    class Meta:
        verbose_name = "不计入应到会"
        verbose_name_plural = "不计入应到会"
        constraints = [
            models.UniqueConstraint(
                name="excuse_unique",
                fields=["election", "member"],
                violation_error_message="这名党员已登记为不计入应到会。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.election_id} {self.member_id}"


class ElectionContest(models.Model):
    """What is voted on apart: the committee's seats, the secretary, the deputies."""

    election = models.ForeignKey(Election, models.CASCADE, related_name="contests", verbose_name="选举")
    office = models.CharField("选举职务", max_length=20, choices=ElectionOffice)
    body = models.CharField("选举人", max_length=12, choices=ElectionBody)
    seats = models.PositiveSmallIntegerField("应选名额")
    left_vacant = models.PositiveSmallIntegerField("暂缺名额", default=0)
    vacancy_consent = models.PositiveSmallIntegerField("同意暂缺的选举人", null=True, blank=True)

    objects = ElectionPartQuerySet.as_manager()

    class Meta:
        verbose_name = "选举事项"
        verbose_name_plural = "选举事项"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="contest_unique", fields=["election", "office"]),
            models.CheckConstraint(name="contest_seats", condition=Q(seats__gte=1, seats__lte=31)),
            models.CheckConstraint(
                name="contest_vacant_with_consent",
                condition=Q(left_vacant=0) | Q(vacancy_consent__isnull=False),
                violation_error_message="名额暂缺须有选举人的同意。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.election_id} {self.get_office_display()}"


class ElectionCandidate(models.Model):
    """A candidate in a contest, in the order of the ballot; ``write_in``: chosen by electors instead of those named."""

    contest = models.ForeignKey(ElectionContest, models.CASCADE, related_name="candidates", verbose_name="选举事项")
    member = models.ForeignKey(Member, models.PROTECT, related_name="candidacies", verbose_name="候选人")
    place = models.PositiveSmallIntegerField("次序")
    write_in = models.BooleanField("另选他人", default=False)
    elected = models.BooleanField("当选", default=False)
    post = models.CharField("分工", max_length=20, choices=PostKind, blank=True)

    objects = ContestPartQuerySet.as_manager()

    class Meta:
        verbose_name = "候选人"
        verbose_name_plural = "候选人"
        ordering = ["contest", "place", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="candidate_unique",
                fields=["contest", "member"],
                violation_error_message="同一名党员不能重复列为候选人。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.contest_id} {self.member_id}"


class ElectionRound(models.Model):
    """One vote in a contest as it was counted; whether it is valid and who is elected follows from it (R12)."""

    contest = models.ForeignKey(ElectionContest, models.CASCADE, related_name="rounds", verbose_name="选举事项")
    number = models.PositiveSmallIntegerField("轮次")
    kind = models.CharField("类别", max_length=12, choices=RoundKind)
    seats = models.PositiveSmallIntegerField("应选名额")
    eligible = models.PositiveSmallIntegerField("应到会有选举权人数")
    present = models.PositiveSmallIntegerField("实到会有选举权人数")
    issued = models.PositiveSmallIntegerField("发出选票")
    returned = models.PositiveSmallIntegerField("收回选票")
    valid = models.PositiveSmallIntegerField("有效票")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = ContestPartQuerySet.as_manager()

    class Meta:
        verbose_name = "投票"
        verbose_name_plural = "投票"
        ordering = ["contest", "number"]
        constraints = [
            models.UniqueConstraint(name="round_unique", fields=["contest", "number"]),
            models.CheckConstraint(
                name="round_figures",
                condition=Q(present__lte=F("eligible"))
                & Q(issued__lte=F("present"))
                & Q(valid__lte=F("returned"))
                & Q(seats__gte=1),
                violation_error_message="应到会、实到会、发出、收回和有效票数互相矛盾。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contest_id} 第{self.number}轮"


class ElectionVote(models.Model):
    """What one candidate got in one round; the rest of the valid ballots abstained or chose others."""

    round = models.ForeignKey(ElectionRound, models.CASCADE, related_name="votes", verbose_name="投票")
    candidate = models.ForeignKey(ElectionCandidate, models.CASCADE, related_name="votes", verbose_name="候选人")
    approve = models.PositiveSmallIntegerField("赞成")
    oppose = models.PositiveSmallIntegerField("不赞成", default=0)
    elected = models.BooleanField("当选", default=False)

    objects = models.Manager()

    class Meta:
        verbose_name = "得票"
        verbose_name_plural = "得票"
        ordering = ["candidate__place", "pk"]
        constraints = [models.UniqueConstraint(name="election_vote_unique", fields=["round", "candidate"])]

    def __str__(self) -> str:
        return f"{self.round_id} {self.candidate_id} {self.approve}"
