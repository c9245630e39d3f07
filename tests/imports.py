"""What tests of an import need: a sheet to upload, and the entries of its five URLs in the permission sweep."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver, reverse
from openpyxl import Workbook

from accounts.models import User
from core.models import ImportBatch, ImportState
from tests.sweep import At, Entry, Target, World, page, thing


def sheet_file(*rows: Any, name: str = "表格.xlsx") -> SimpleUploadedFile:
    """An xlsx of these rows, the first of which are the headings."""
    book, buffer = Workbook(), BytesIO()
    for row in rows:
        book.worksheets[0].append(list(row))
    book.save(buffer)
    return SimpleUploadedFile(name, buffer.getvalue())


def import_entries(prefix: str, right: str, at: At | None, *, seen_by: str = "") -> dict[str, Entry]:
    """
    Sweep entries of `import_urls`. prefix: "app:prefix"; at: where the place lies (its "place" or only argument is
    taken), None for an import without one.
    """
    name = f"{prefix}_import"
    if at is None:
        batches = {suffix: page(right) for suffix in ("", "_template")}
        return {f"{name}{suffix}": entry for suffix, entry in batches.items()} | {
            f"{name}{suffix}": Entry((right,), _own_batch(name), right, (right,), places=("own",))
            for suffix in ("_preview", "_commit", "_drop")
        }
    entries = {suffix: thing(right, _place(at), seen_by=seen_by) for suffix in ("", "_template")}
    entries |= {suffix: thing(right, _batch(name, at), seen_by=seen_by) for suffix in ("_preview", "_commit", "_drop")}
    return {f"{name}{suffix}": entry for suffix, entry in entries.items()}


def _key(target: Target) -> Any:
    return target.kwargs.get("place", next(iter(target.kwargs.values())))


def _place(at: At) -> At:
    def found(world: World, place: str, actor: User) -> Target:
        target = at(world, place, actor)
        return Target({"place": _key(target)}, target.path, owner=target.owner)

    return found


def _batch(name: str, at: At) -> At:
    """The actor's own upload for the place: what is asked of is the right over the place."""

    def found(world: World, place: str, actor: User) -> Target:
        target = at(world, place, actor)
        key = _key(target)
        batch = world.once((name, place, actor.pk), lambda: _upload(name, {"place": key}, str(key), actor))
        return Target({"place": key, "batch": batch.pk}, target.path, owner=target.owner)

    return found


def _own_batch(name: str) -> At:
    def found(world: World, place: str, actor: User) -> Target:
        batch = world.once((name, actor.pk), lambda: _upload(name, {}, "", actor))
        return Target({"batch": batch.pk}, path=world.city.root.path, owner=actor.pk)

    return found


def _upload(name: str, kwargs: dict[str, Any], key: str, actor: User) -> ImportBatch:
    view = get_resolver().resolve(reverse(name, kwargs=kwargs)).func
    importer = view.__wrapped__.__self__.importer  # type: ignore[attr-defined]
    return ImportBatch.objects.create(
        slug=importer.slug, place_key=key, by=actor, file_name="表格.xlsx", state=ImportState.DROPPED
    )
