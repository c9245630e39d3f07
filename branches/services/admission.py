"""Every write about a person on the way but the steps themselves: entered, corrected, stopped, resumed, moved."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from branches.choices import (
    ApplicantChangeKind,
    ApplicantStatus,
    Gender,
    OrganisationKind,
    OrganisationStatus,
    StopCategory,
)
from branches.models import AdmissionRule, AdmissionStep, Applicant, Organisation
from branches.policy import admission as policy
from branches.selectors.admission import known_duplicate, known_of
from branches.selectors.admission_rules import admission_rules
from branches.services.admission_dues import dues_refresh
from branches.services.admission_follow import applicant_end, applicant_move
from branches.services.admission_rules import admission_rules_load
from branches.services.admission_trace import change_keep, text_checked
from branches.services.names import person_pinyin
from branches.services.obligations import organisations_lock
from core import audit
from core.calendar import local_today

FACTS = ("name", "gender", "birth_date")


@transaction.atomic
def applicant_create(
    *,
    by: User,
    organisation: Organisation,
    name: str,
    gender: str,
    birth_date: date,
    applied_on: date,
    note: str = "",
) -> Applicant:
    """
    Enter who handed in an application on ``applied_on`` (step 1). ValidationError under 18 on that day, for one whom
    the branch has already, for a branch that is none or does not admit (临时党支部, 支部工作条例 art. 8).
    """
    _check_branch(organisation, "organisation")
    if not AdmissionRule.objects.exists():
        admission_rules_load()
    applicant = Applicant(organisation=organisation, name=name, gender=gender, birth_date=birth_date)
    _check_facts(applicant)
    if known_duplicate(organisation, applicant.name, birth_date):
        raise ValidationError({"name": "本支部已登记这个人，请在名册中查找。"})
    _check_first_step(birth_date, applied_on)
    applicant.save(force_insert=True)
    note = text_checked(note, "note")
    step = AdmissionStep(applicant=applicant, step=1, done_on=applied_on, note=note, by=by)
    step.full_clean()
    step.save(force_insert=True)
    dues_refresh(applicants=[applicant], today=local_today())
    after = {"branch": organisation.short_name, "applied_on": str(applied_on)}
    audit.record(by=by, action="admission.create", target=applicant, scope_path=organisation.path, after=after)
    return applicant


@transaction.atomic
def applicant_update(*, by: User, applicant: Applicant, values: dict[str, Any], why: str) -> Applicant:
    """Correct name, gender or birth date, with a reason. Once there is a member, the roster holds them: refused."""
    person = _locked(applicant)
    why = text_checked(why, "why", needed="请写明更正原因。")
    if person.member_id is not None:
        raise ValidationError("已列入党员名册，请在党员页面修改。")
    before = _facts_text(person)
    for name in FACTS:
        setattr(person, name, values[name])
    _check_facts(person)
    first = person.steps.get(step=1)
    _check_first_step(person.birth_date, first.done_on)
    after = _facts_text(person)
    if after == before:
        raise ValidationError("没有改动，不需要更正。")
    person.save()
    dues_refresh(applicants=[person], today=local_today())
    kind = ApplicantChangeKind.FACTS
    change_keep(by=by, applicant=person, kind=kind, before=before, after=after, reason=why)
    return person


@transaction.atomic
def applicant_stop(*, by: User, applicant: Applicant, category: str, stopped_on: date, note: str = "") -> Applicant:
    """
    End it early, by a category alone. A probationary member is not stopped: the assembly decides (step 23), or the
    member leaves the roster.
    """
    person = _locked(applicant)
    if person.status != ApplicantStatus.ONGOING:
        raise ValidationError(f"现在的状态是“{person.get_status_display()}”，不能停止培养。")
    if person.member_id is not None:
        raise ValidationError("已是预备党员，请在第23步按支部大会决议办理，或在党员页面办理减员。")
    last = max(known_of([person])[0].progress.done.values())
    if not last <= stopped_on <= local_today():
        raise ValidationError({"stopped_on": f"日期须在最近一步（{last}）与今天之间。"})
    if category not in StopCategory.values or category == StopCategory.LEFT:
        raise ValidationError({"category": "请选择停止原因。"})
    note = text_checked(note, "note")
    applicant_end(by=by, applicant=person, category=category, day=stopped_on, note=note)
    return person


@transaction.atomic
def applicant_resume(*, by: User, applicant: Applicant, why: str) -> Applicant:
    """Take up again what was stopped; the time before counts on as recorded."""
    person = _locked(applicant)
    why = text_checked(why, "why", needed="请写明恢复原因。")
    if person.status != ApplicantStatus.STOPPED or person.stop_category == StopCategory.LEFT:
        raise ValidationError("只有已停止培养的人可以恢复。")
    _check_branch(person.organisation, "organisation")
    before = f"{person.stopped_on} {person.get_stop_category_display()}"
    person.status, person.stopped_on, person.stop_category = ApplicantStatus.ONGOING, None, ""
    person.full_clean(exclude=["organisation", "member"])
    person.save()
    dues_refresh(applicants=[person], today=local_today())
    kind = ApplicantChangeKind.RESUME
    change_keep(by=by, applicant=person, kind=kind, before=before, after="恢复培养", reason=why)
    return person


@transaction.atomic
def applicant_transfer(
    *, by: User, applicant: Applicant, target: Organisation, moved_on: date, note: str = ""
) -> Applicant:
    """
    To another branch from ``moved_on`` on; the time of education counts on without a break (发展党员细则). Contacts
    stay behind and are to be named anew. Who is a member already moves on the roster or by letter instead.
    """
    organisations_lock(sorted({applicant.organisation_id, target.pk}))
    person = _locked(applicant)
    _check_branch(target, "target")
    if person.status in (ApplicantStatus.STOPPED, ApplicantStatus.CANCELLED):
        raise ValidationError(f"现在的状态是“{person.get_status_display()}”，不能转接。")
    if target.pk == person.organisation_id:
        raise ValidationError({"target": "已在这个党支部。"})
    if moved_on > local_today():
        raise ValidationError({"moved_on": "日期不能晚于今天。"})
    note = text_checked(note, "note")
    if person.member is not None:
        raise ValidationError("已经是党员：请由单位在党员页面调整支部，或凭介绍信转接，培养记录随之转去。")
    applicant_move(by=by, applicant=person, target=target, day=moved_on, note=note)
    return person


def _locked(applicant: Applicant) -> Applicant:
    organisations_lock([applicant.organisation_id])
    return Applicant.objects.select_related("organisation", "member").get(pk=applicant.pk)


def _check_branch(organisation: Organisation, field: str) -> None:
    organisations_lock([organisation.pk])
    organisation.refresh_from_db(fields=["kind", "status", "type_code"])
    if organisation.kind != OrganisationKind.BRANCH or organisation.status != OrganisationStatus.ACTIVE:
        raise ValidationError({field: "请选择状态正常的党支部。"})
    if organisation.type_code in ("931", "932"):
        raise ValidationError({field: "临时党支部不发展党员（《中国共产党支部工作条例（试行）》）。"})


def _check_facts(person: Applicant) -> None:
    person.name = text_checked(person.name, "name", needed="请填写姓名。")
    person.name_pinyin, person.initials = person_pinyin(person.name)
    if person.birth_date >= local_today():
        raise ValidationError({"birth_date": "出生日期须早于今天。"})
    person.full_clean(exclude=["organisation", "member"])


def _check_first_step(birth_date: date, applied_on: date) -> None:
    """The rules of step 1, at its own field."""
    today = local_today()
    known = policy.Progress(birth_date=birth_date)
    problems = policy.step_problems(admission_rules(today), known, 1, applied_on, today=today)
    if refused := [problem.text for problem in problems if problem.is_hard]:
        raise ValidationError({"applied_on": refused})


def _facts_text(person: Applicant) -> str:
    return f"{person.name} {Gender(person.gender).label} {person.birth_date}"
