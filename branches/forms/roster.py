"""What is sent to import a roster."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from accounts.models import User
from accounts.roles import Capability
from branches.choices import OrganisationKind
from branches.forms.organisations import OrganisationField

KINDS = (
    OrganisationKind.UNIT.value,
    OrganisationKind.ORGAN_COMMITTEE.value,
    OrganisationKind.GENERAL_BRANCH.value,
    OrganisationKind.BRANCH.value,
)


class RosterForm(forms.Form):
    """A workbook, and the part of the tree that it speaks of."""

    file = forms.FileField(
        label="名册文件（xlsx）", widget=forms.ClearableFileInput({"accept": ".xlsx"}), allow_empty_file=False
    )

    field_order = ["organisation", "file"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = OrganisationField(
            user=user,
            capability=Capability.IMPORT_UPLOAD,
            right="import",
            kinds=KINDS,
            label="导入范围",
            help_text="名册里的党支部都须在这个党组织之内",
        )
        place.initial = place.reach.order_by("depth", "path").first()
        self.fields["organisation"] = place
        self.order_fields(self.field_order)

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        limit = settings.PORTAL["UPLOAD_MAX_MB"]
        if (file.size or 0) > limit * 1024 * 1024:
            raise forms.ValidationError(f"文件超过{limit}MB。")
        return file
