"""Ordering the 工作手册 of a branch-year, and writing its three files in the background (domain.md §14.1)."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Capability
from branches.choices import OrganisationKind
from branches.exports.handbook_document import handbook_document
from branches.exports.handbook_workbook import write_handbook_workbook
from branches.models import Organisation
from branches.selectors.handbook import JOB_KIND, Handbook, handbook, handbook_years
from core import audit
from core.documents import write_docx, write_pdf
from core.jobs import Progress, job_enqueue, result_file
from core.models import Job

STEPS = 4


@transaction.atomic
def handbook_order(*, by: User, branch: Organisation, year: int, today: date) -> Job:
    """
    Order the booklet; the same one under way is given instead of a second. ValidationError for a year in which the
    branch did not stand.
    """
    check_year(branch, year, today)
    audit.record(by=by, action="handbook.generate", target=branch, scope_path=branch.path, after={"year": year})
    return job_enqueue(
        by=by,
        kind=JOB_KIND,
        arguments={"branch": branch.pk, "year": year},
        title=f"{branch.short_name}{year}年工作手册",
        scope_path=branch.path,
        capability=Capability.HANDBOOK_GENERATE,
    )


def check_year(branch: Organisation, year: int, today: date) -> None:
    """ValidationError where there is nothing to write a booklet of."""
    if branch.kind != OrganisationKind.BRANCH:
        raise ValidationError("工作手册按党支部生成，请选择党支部。")
    if year not in handbook_years(branch, today):
        raise ValidationError({"year": f"{branch.short_name}没有{year}年的记录，请从列表中选择年度。"})


def handbook_build(*, job: Job, progress: Progress) -> None:
    """Read the records and write the three files; safe to repeat. Runs its own transaction for the reading."""
    progress(0, STEPS, "正在读取记录")
    book = handbook_read(by_id=job.owner_id or 0, branch_id=job.arguments["branch"], year=job.arguments["year"])
    document = handbook_document(book)
    progress(1, STEPS, "正在写入Excel工作簿")
    with result_file(job, f"{job.title}.xlsx") as path:
        write_handbook_workbook(book, path)
    progress(2, STEPS, "正在写入PDF")
    with result_file(job, f"{job.title}.pdf") as path:
        write_pdf(document, path)
    progress(3, STEPS, "正在写入Word文档")
    with result_file(job, f"{job.title}.docx") as path:
        write_docx(document, path)
    progress(STEPS, STEPS, "工作手册已生成，可以下载Word、PDF和Excel三种文件。")


def handbook_read(*, by_id: int, branch_id: int, year: int) -> Handbook:
    """The booklet as its orderer may see it now, read in one moment. ValidationError where the right is gone."""
    by, branch = User.objects.get(pk=by_id), Organisation.objects.get(pk=branch_id)
    if not by.is_active or not by.scope(Capability.HANDBOOK_GENERATE).covers(branch.path):
        raise ValidationError("您已没有生成这个党支部工作手册的权限。")
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return handbook(user=by, branch=branch, year=year, moment=timezone.now())
