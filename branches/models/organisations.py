from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from treebeard.mp_tree import MP_Node

from branches.choices import (
    TEMPORARY_TYPES,
    TYPES_BY_KIND,
    OrganisationChangeKind,
    OrganisationKind,
    OrganisationStatus,
    OrganisationType,
)
from branches.querysets import OrganisationChangeQuerySet, OrganisationManager
from branches.validators import validate_plain_text, validate_uscc

_TYPE_FITS = Q(type_code="")
for _kind, _types in TYPES_BY_KIND.items():
    _TYPE_FITS |= Q(kind=str(_kind), type_code__in=list(_types))


class Organisation(MP_Node):
    """
    A node of 工委 → 单位 → 机关党委 → 总支 → 支部 → 党小组; the unit is always at depth 2, directly under the root.
    """

    steplen = 4

    kind = models.CharField("层级", max_length=16, choices=OrganisationKind)
    type_code = models.CharField("党组织类别", max_length=3, choices=OrganisationType, blank=True)
    name = models.CharField("党组织名称（全称）", max_length=120, validators=[validate_plain_text])
    short_name = models.CharField("简称", max_length=60, validators=[validate_plain_text])
    name_pinyin = models.CharField("拼音", max_length=240, blank=True, editable=False)
    initials = models.CharField("拼音首字母", max_length=60, blank=True, editable=False)
    code = models.CharField("党组织代码", max_length=32, unique=True)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True, validators=[validate_uscc])
    staff_count = models.PositiveIntegerField("工作人员数", null=True, blank=True)
    party_staff_count = models.PositiveIntegerField("专职党务工作人员数", null=True, blank=True)
    discipline_since = models.DateField("机关纪委设立日期", null=True, blank=True)
    founded_on = models.DateField("成立日期")
    ended_on = models.DateField("撤销或合并日期", null=True, blank=True)
    status = models.CharField("状态", max_length=12, choices=OrganisationStatus, default=OrganisationStatus.ACTIVE)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="absorbed", verbose_name="并入"
    )
    last_step = models.PositiveIntegerField("下级序号用到", default=0, editable=False)

    objects = OrganisationManager()

    class Meta:
        verbose_name = "党组织"
        verbose_name_plural = "党组织"
        constraints = [
            models.CheckConstraint(
                name="organisation_ended_after_founded",
                condition=Q(ended_on=None) | Q(ended_on__gte=F("founded_on")),
                violation_error_message="撤销或合并日期不能早于成立日期。",
            ),
            models.CheckConstraint(
                name="organisation_ended_has_date",
                condition=~Q(status__in=["merged", "abolished"]) | Q(ended_on__isnull=False),
                violation_error_message="已撤销或合并的党组织必须有日期。",
            ),
            models.CheckConstraint(
                name="organisation_merged_has_target",
                condition=~Q(status="merged") | Q(merged_into__isnull=False),
                violation_error_message="合并必须写明并入哪个党组织。",
            ),
            models.UniqueConstraint(
                name="organisation_uscc_unique",
                fields=["uscc"],
                condition=~Q(uscc=""),
                violation_error_message="该统一社会信用代码已登记在另一个单位。",
            ),
            models.CheckConstraint(
                name="organisation_type_fits_kind",
                condition=_TYPE_FITS,
                violation_error_message="党组织类别与层级不符。",
            ),
            models.CheckConstraint(
                name="organisation_party_staff_within_staff",
                condition=Q(party_staff_count=None) | Q(staff_count=None) | Q(party_staff_count__lte=F("staff_count")),
                violation_error_message="专职党务工作人员数不能多于工作人员数。",
            ),
            models.CheckConstraint(
                name="organisation_discipline_of_committee",
                condition=Q(discipline_since=None) | Q(kind="organ_committee"),
                violation_error_message="只有机关党委设立机关纪委。",
            ),
        ]
        indexes = [
            models.Index(name="organisation_kind_status", fields=["kind", "status"]),
            models.Index(name="organisation_initials", fields=["initials"]),
        ]

    def __str__(self) -> str:
        return self.short_name

    @property
    def is_branch(self) -> bool:
        return self.kind == OrganisationKind.BRANCH

    @property
    def is_temporary(self) -> bool:
        return self.type_code in TEMPORARY_TYPES

    @property
    def unit_path(self) -> str:
        """Path of the unit that the organisation belongs to; its own path for the root."""
        return self.path[: 2 * self.steplen]


class OrganisationChange(models.Model):
    """
    One dated change of an organisation, with what stood before and after. Never edited; a row that ``reverses``
    another says that the other no longer holds. ``carried`` names the rows that the change took along.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="changes", verbose_name="党组织")
    kind = models.CharField("变动", max_length=12, choices=OrganisationChangeKind)
    effective_on = models.DateField("生效日期")
    before = models.JSONField("变动前", default=dict)
    after = models.JSONField("变动后", default=dict)
    carried = models.JSONField("随之变动的记录", default=dict, editable=False)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversal", verbose_name="撤回的变动"
    )
    document = models.CharField("依据文号", max_length=80, blank=True, validators=[validate_plain_text])
    note = models.CharField("说明", max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="经办人")
    recorded_at = models.DateTimeField("记录时间", auto_now_add=True)

    objects = OrganisationChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "党组织变动"
        verbose_name_plural = "党组织变动"
        ordering = ["-effective_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="organisationchange_reversal_names_one",
                condition=Q(kind="reversed", reverses__isnull=False) & ~Q(note="")
                | ~Q(kind="reversed") & Q(reverses__isnull=True),
                violation_error_message="撤回须指明撤回哪一次变动，并写明原因。",
            ),
        ]
        indexes = [models.Index(name="organisationchange_tree_past", fields=["effective_on", "organisation"])]

    def __str__(self) -> str:
        return f"{self.organisation} {self.get_kind_display()} {self.effective_on}"
