"""The pages of an import: template, upload, preview, commit or drop. `import_urls` makes their paths."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse

from core.actors import UserRequest
from core.doors import door
from core.imports.batches import import_commit, import_drop, import_upload, preview_of
from core.imports.cells import choices_of, form_of
from core.imports.declaration import SheetImport
from core.imports.template import template_workbook
from core.ledgers.views import XLSX
from core.models import ImportBatch, ImportState
from core.selectors import import_batch_of, import_batches_of

RECENT = 5
MARKS = {"new": ("新增", "done"), "changed": ("更新", "due"), "same": ("不变", "waived")}


class UploadForm(forms.Form):
    """A workbook."""

    file = forms.FileField(
        label="Excel 文件（.xlsx）", widget=forms.ClearableFileInput({"accept": ".xlsx"}), allow_empty_file=False
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        limit = settings.PORTAL["UPLOAD_MAX_MB"]
        if (file.size or 0) > limit * 1024 * 1024:
            raise forms.ValidationError(f"文件超过{limit}MB。")
        return file


def import_urls(prefix: str, importer: type[SheetImport], *, path: str = "") -> list[URLPattern]:
    """
    The paths of an import below `path`, which names the place as <place> (none: rows name where they belong), called
    <prefix>_import, _import_template, _import_preview, _import_commit and _import_drop.
    """
    pages = Pages(importer, f"{prefix}_import")
    return pages.urls(path or f"imports/{importer.slug}/")


class Pages:
    """The five views of one import. The right that opens them is the declaration's."""

    def __init__(self, importer: type[SheetImport], name: str) -> None:
        self.importer, self.name = importer, name

    def urls(self, base: str) -> list[URLPattern]:
        read, write, both = ("GET",), ("POST",), ("GET", "POST")
        return [
            self._url(base, "", self.upload, both),
            self._url(f"{base}template/", "_template", self.template, read),
            self._url(f"{base}<int:batch>/", "_preview", self.preview, read),
            self._url(f"{base}<int:batch>/commit/", "_commit", self.commit, write),
            self._url(f"{base}<int:batch>/drop/", "_drop", self.drop, write),
        ]

    def _url(
        self, route: str, suffix: str, view: Callable[..., HttpResponseBase], methods: tuple[str, ...]
    ) -> URLPattern:
        return path(route, door(self.importer.capability, methods=methods)(view), name=f"{self.name}{suffix}")

    def upload(self, request: UserRequest, place: Any = "") -> HttpResponse:
        found = self.importer.place(request.user, str(place))
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                batch = import_upload(
                    by=request.user, importer=self.importer, place_key=str(place), file=file, file_name=file.name
                )
            except ValidationError as error:
                form.add_error("file", error.messages)
            else:
                return redirect(self._to(request, "_preview", place, batch.pk))
        return render(request, "core/import_upload.html", self._upload_context(request, found, place, form))

    def template(self, request: UserRequest, place: Any = "") -> HttpResponseBase:
        found = self.importer.place(request.user, str(place))
        content = BytesIO(template_workbook(self.importer, request.user, found))
        return FileResponse(content, as_attachment=True, filename=f"{self.importer.title}模板.xlsx", content_type=XLSX)

    def preview(self, request: UserRequest, batch: int, place: Any = "") -> HttpResponse:
        found = self.importer.place(request.user, str(place))
        row = self._batch(request, batch, place)
        preview = preview_of(row)
        marks = preview.get("marks", {})
        context = self._context(request, found, place) | {
            "batch": row,
            "preview": preview,
            "rows": [(number, *MARKS.get(mark, ("", "")), texts) for number, mark, texts in preview.get("rows", ())],
            "marks": [(label, tone, marks[mark]) for mark, (label, tone) in MARKS.items() if mark in marks],
            "obstacle": self.importer.obstacle(request.user, found),
            "waiting": row.state == ImportState.PREVIEW,
            "commit_url": self._to(request, "_commit", place, row.pk),
            "drop_url": self._to(request, "_drop", place, row.pk),
        }
        return render(request, "core/import_preview.html", context)

    def commit(self, request: UserRequest, batch: int, place: Any = "") -> HttpResponse:
        found = self.importer.place(request.user, str(place))
        self._batch(request, batch, place)
        try:
            done = import_commit(by=request.user, importer=self.importer, place_key=str(place), batch_id=batch)
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
            return redirect(self._to(request, "_preview", place, batch))
        messages.success(request, f"已导入{done.count}行。")
        return redirect(self.importer.done_url(found))

    def drop(self, request: UserRequest, batch: int, place: Any = "") -> HttpResponse:
        self.importer.place(request.user, str(place))
        self._batch(request, batch, place)
        try:
            import_drop(by=request.user, importer=self.importer, place_key=str(place), batch_id=batch)
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
        else:
            messages.success(request, "已放弃这次导入，没有改动任何数据。")
        return redirect(self._to(request, "", place))

    def _batch(self, request: UserRequest, pk: int, place: Any) -> ImportBatch:
        row = import_batch_of(request.user, self.importer.slug, str(place), pk)
        if row is None:
            raise Http404("没有找到这次上传，或不是您上传的。")
        return row

    def _to(self, request: UserRequest, suffix: str, place: Any, batch: int | None = None) -> str:
        """The URL of another page of this import, in the namespace in which this one was asked for."""
        match = request.resolver_match
        name = f"{self.name}{suffix}"
        kwargs = ({"place": place} if place != "" else {}) | ({"batch": batch} if batch is not None else {})
        return reverse(f"{match.namespace}:{name}" if match and match.namespace else name, kwargs=kwargs)

    def _context(self, request: UserRequest, found: Any, place: Any) -> dict[str, Any]:
        return {
            "importer": self.importer,
            "place_label": self.importer.place_label(found),
            "back_url": self.importer.done_url(found),
            "upload_url": self._to(request, "", place),
            "template_url": self._to(request, "_template", place),
        }

    def _upload_context(self, request: UserRequest, found: Any, place: Any, form: UploadForm) -> dict[str, Any]:
        offered = self.importer.choices(request.user, found)
        recent = import_batches_of(request.user, self.importer.slug, str(place))[:RECENT]
        return self._context(request, found, place) | {
            "form": form,
            "columns": [(column, form_of(column, choices_of(column, offered))) for column in self.importer.columns],
            "obstacle": self.importer.obstacle(request.user, found),
            "recent": [(row, self._to(request, "_preview", place, row.pk)) for row in recent],
        }
