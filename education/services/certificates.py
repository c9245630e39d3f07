"""Training certificates: issued to those who passed, taken over from earlier registers, revoked with a reason."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from accounts.models import User
from accounts.roles import Capability
from branches.models import Member, Organisation
from branches.services.measures import deadlines_refresh
from core import audit
from core.calendar import local_today
from core.jobs import Progress, job_enqueue, result_file
from core.models import Job
from education.choices import ClassKind, ClassState
from education.exports.certificates import certificate_sheet, write_certificates
from education.models import Certificate, TrainingClass
from education.policy.certificates import DEFAULT_PREFIX, PREFIX_LIMIT, certificate_number, valid_until
from education.selectors.certificates import certificates_in_full, numbers_taken
from education.selectors.classes import class_roll
from education.selectors.training_deadlines import EXPIRY, FIRST, certificate_ids, secretary_posts
from education.selectors.training_rules import study_rules
from education.services.classes import locked_class, plain

JOB_KIND = "certificate_sheets"


@transaction.atomic
def certificates_issue(
    *, by: User, training_class: TrainingClass, issued_on: date, prefix: str = DEFAULT_PREFIX, years: int | None = None
) -> list[Certificate]:
    """
    Certificates for everybody who passed and has none of this class, numbered on by the order of the roll. ``years``
    None: as the settings say. ValidationError by field; then nobody gets one.
    """
    held = locked_class(training_class)
    years = study_rules(issued_on).number("certificate_years") if years is None else years
    prefix = _check_issue(held, issued_on, prefix, years)
    lines = class_roll(by, held, Capability.CERTIFICATE_RECORD).to_certify
    if not lines:
        raise ValidationError("没有可以发证的学员：考试合格的都已发证，或还没有人合格。")
    list(Organisation.objects.order_by().select_for_update(no_key=True).filter(depth=1).values_list("pk"))
    serial = _last_serial(prefix, issued_on.year)
    rows = [
        Certificate(
            member=line.member,
            training_class=held,
            number=certificate_number(prefix, issued_on.year, serial + place),
            prefix=prefix,
            year=issued_on.year,
            serial=serial + place,
            issuer=_issuer(),
            issued_on=issued_on,
            valid_until=valid_until(issued_on, years),
            by=by,
        )
        for place, line in enumerate(lines, start=1)
    ]
    if taken := list(numbers_taken([row.number for row in rows])):
        raise ValidationError({"prefix": f"编号{taken[0]}已经登记过，请换一个字头。"})
    rows = Certificate.objects.bulk_create(rows)
    _follow([row.member_id for row in rows])
    after = {"证书": len(rows), "编号": f"{rows[0].number} 至 {rows[-1].number}"}
    audit.record(by=by, action="certificate.issue", target=held, scope_path=held.organisation.path, after=after)
    return rows


@transaction.atomic
def certificate_revoke(*, by: User, certificate: Certificate, reason: str) -> Certificate:
    """The certificate no longer holds; it stays on record with who revoked it and why."""
    row = (
        Certificate.objects.select_for_update(of=("self",))
        .select_related("member__organisation")
        .get(pk=certificate.pk)
    )
    if row.revoked_on is not None:
        raise ValidationError("这个证书已经撤销。")
    row.revoke_reason = plain("reason", reason, required="请写明撤销的原因。")
    row.revoked_on, row.revoked_by = local_today(), by
    row.full_clean()
    row.save()
    _follow([row.member_id])
    path = row.member.organisation.path
    audit.record(
        by=by,
        action="certificate.revoke",
        target=row,
        scope_path=path,
        after={"number": row.number},
        reason=row.revoke_reason,
    )
    return row


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One earlier certificate of a register."""

    member: Member
    number: str
    issuer: str
    issued_on: date
    valid_until: date


@transaction.atomic
def certificates_register(*, by: User, organisation: Organisation, rows: Sequence[RegisterRow]) -> int:
    """Take over certificates that were issued before; how many. ValidationError where a number stands already."""
    numbers = [row.number for row in rows]
    doubled = {number for number in numbers if numbers.count(number) > 1} | set(numbers_taken(numbers))
    if doubled:
        raise ValidationError({"number": f"证书编号{sorted(doubled)[0]}重复或已经登记。"})
    made = []
    for row in rows:
        certificate = Certificate(
            member=row.member,
            number=row.number,
            issuer=row.issuer,
            issued_on=row.issued_on,
            valid_until=row.valid_until,
            by=by,
        )
        certificate.clean_fields(exclude=["member", "by"])
        made.append(certificate)
    Certificate.objects.bulk_create(made)
    _follow([row.member.pk for row in rows])
    audit.record(
        by=by,
        action="certificate.register",
        target=organisation,
        scope_path=organisation.path,
        after={"证书": len(made)},
    )
    return len(made)


@transaction.atomic
def certificate_sheets_order(*, by: User, training_class: TrainingClass) -> Job:
    """Order one PDF with a page for every certificate of the class."""
    if not Certificate.objects.filter(training_class=training_class, revoked_on=None).exists():
        raise ValidationError("这个培训班还没有发放证书。")
    return job_enqueue(
        by=by,
        kind=JOB_KIND,
        arguments={"training_class": training_class.pk},
        title=f"{training_class.title}培训合格证书",
        capability=Capability.CERTIFICATE_VIEW,
    )


def certificate_sheets_build(*, job: Job, progress: Progress) -> None:
    """Write the file, under the rights that its orderer has now; safe to repeat."""
    by = User.objects.get(pk=job.owner_id)
    rows = certificates_in_full().visible_to(by, Capability.CERTIFICATE_VIEW)
    found = list(rows.filter(training_class=job.arguments["training_class"], revoked_on=None).order_by("serial", "pk"))
    if not by.is_active or not found:
        raise ValidationError("没有可以打印的证书，或您已没有查看的权限。")
    progress(0, len(found), "正在写入证书")
    sheets = [certificate_sheet(row) for row in found]
    with result_file(job, f"{job.title}.pdf") as path:
        write_certificates(sheets, path, title=job.title)
    progress(len(found), len(found), f"共 {len(found)} 张证书。")


def _check_issue(held: TrainingClass, issued_on: date, prefix: str, years: int) -> str:
    if held.kind != ClassKind.QUALIFYING:
        raise ValidationError("只有上岗培训发放培训合格证书。")
    if held.state != ClassState.CLOSED:
        raise ValidationError("请先结班，再发放证书。")
    if not held.ends_on <= issued_on <= local_today():
        raise ValidationError({"issued_on": f"发证日期须在结班日期（{held.ends_on}）与今天之间。"})
    if not 1 <= years <= 10:
        raise ValidationError({"years": "有效期应为1至10年。"})
    prefix = plain("prefix", prefix, required="请填写编号字头。")
    if len(prefix) > PREFIX_LIMIT:
        raise ValidationError({"prefix": f"编号字头不超过{PREFIX_LIMIT}个字。"})
    return prefix


def _last_serial(prefix: str, year: int) -> int:
    return Certificate.objects.filter(prefix=prefix, year=year).aggregate(last=Max("serial"))["last"] or 0


def _issuer() -> str:
    return Organisation.objects.order_by("path").values_list("short_name", flat=True)[0]


def _follow(members: Collection[int]) -> None:
    """Deadlines that follow from certificates of these members."""
    deadlines_refresh(source=EXPIRY, subjects=[f"{EXPIRY}:{pk}" for pk in certificate_ids(members)])
    deadlines_refresh(source=FIRST, subjects=[f"{FIRST}:{post}" for post in secretary_posts(members)])
