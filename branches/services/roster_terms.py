"""What a roster's cells may say within one reach, and how its values read in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from branches.choices import (
    ETHNICITIES,
    Degree,
    Education,
    Gender,
    MemberCategory,
    OrganisationKind,
    OrganisationStatus,
)
from branches.models import Member, Organisation
from branches.policy.identity import mask_id_number, mask_phone
from branches.policy.roster import Vocabulary
from branches.policy.roster_cells import branch_key, key_of
from core.workbooks.values import conceal

EDUCATION_WORDS = {
    "博士": "11", "博士研究生毕业": "11", "硕士": "14", "硕士研究生毕业": "14", "研究生班毕业": "17", "本科": "21",
    "大学": "21", "大本": "21", "大学本科毕业": "21", "大学毕业": "21", "大专": "31", "专科": "31",
    "大学专科毕业": "31", "专科毕业": "31", "高职": "31", "中专": "41", "中等专科毕业": "41", "职高": "44",
    "技校": "47", "高中": "61", "普通高中毕业": "61", "初中毕业": "71", "小学毕业": "81",
}  # fmt: skip
CATEGORY_WORDS = {"正式": "full", "中共党员": "full", "预备": "probationary", "中共预备党员": "probationary"}
GENDER_WORDS = {"男性": "1", "女性": "2"}
DEGREE_WORDS = {"硕士学位": "3", "博士学位": "2", "学士学位": "4"}


@dataclass(frozen=True, slots=True)
class Reach:
    """The branches that a batch may touch, with what its cells may say."""

    path: str
    vocabulary: Vocabulary
    branch_names: Mapping[int, str]


def reach_of(organisation: Organisation) -> Reach:
    """The reach of a batch for ``organisation``: its standing branches and their groups. Two queries."""
    standing = (OrganisationStatus.ACTIVE, OrganisationStatus.SUSPENDED)
    below = Organisation.objects.under(organisation.path).filter(status__in=standing)
    branches = list(below.branches().values_list("pk", "name", "short_name", "code"))
    groups = below.of_kind(OrganisationKind.GROUP).values_list("pk", "path", "short_name")
    paths = dict(below.branches().values_list("path", "pk"))
    vocabulary = Vocabulary(
        genders=_words(Gender.choices, GENDER_WORDS),
        ethnicities=_words(ETHNICITIES, {name.removesuffix("族"): code for code, name in ETHNICITIES}),
        educations=_words(Education.choices, EDUCATION_WORDS),
        degrees=_words(Degree.choices, DEGREE_WORDS),
        categories=_words(MemberCategory.choices, CATEGORY_WORDS),
        branches=_branch_words(branches),
        groups={(paths[path[:-4]], key_of(name)): pk for pk, path, name in groups if path[:-4] in paths},
        only_branch=branches[0][0] if len(branches) == 1 else None,
    )
    return Reach(organisation.path, vocabulary, {pk: short_name for pk, _, short_name, _ in branches})


def in_words(field: str, value: Any, reach: Reach) -> str:
    """A stored value as the preview shows it: choices by label, personal numbers masked."""
    if value in (None, ""):
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if field in _SPEAKERS:
        return _SPEAKERS[field](value)
    if field == "organisation_id":
        return reach.branch_names.get(value, "")
    return conceal(_LABELS.get(field, {}).get(value, str(value)))


def _words(choices: Iterable[tuple[Any, Any]], more: Mapping[str, str]) -> dict[str, str]:
    words = {key_of(str(label)): str(code) for code, label in choices}
    words |= {key_of(str(code)): str(code) for code, _ in choices if code}
    return words | {key_of(word): code for word, code in more.items()}


def _branch_words(branches: Iterable[tuple[int, str, str, str]]) -> dict[str, int | None]:
    """Names and codes of branches; a name that two share leads to none of them."""
    pairs = {(branch_key(text), pk) for pk, *texts in branches for text in texts if text}
    shared = Counter(key for key, _ in pairs)
    return {key: pk if shared[key] == 1 else None for key, pk in pairs}


_SPEAKERS: dict[str, Callable[[Any], str]] = {
    "id_number": mask_id_number,
    "phone": mask_phone,
    "group_id": lambda _: "已调整",
}
_LABELS: dict[str, dict[str, str]] = {
    field.name: {str(code): str(label) for code, label in field.flatchoices}
    for field in Member._meta.concrete_fields
    if field.flatchoices
}
