"""The declaration of an import: which columns a sheet has, where its rows belong, and what is done with them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404

from core.workbooks.reader import normalise_heading

ColumnKind = Literal["text", "date", "number", "integer", "money", "choice", "yes_no"]
Choices = Sequence[tuple[Any, Any]]
Mark = Literal["new", "changed", "same"]
IMPORTS: dict[str, type[SheetImport]] = {}


@dataclass(frozen=True)
class ImportColumn:
    """A column of the sheet.

    key: name of the value in a row; title: its heading in the template; aliases: other headings it is known by.
    required: every row must say something here, and the sheet must have the column.
    kind: text gives str ("" where empty); the others None where empty, else date, Decimal, int, Decimal of yuan with
        two places, the value of a choice, bool.
    choices: (value, label) pairs of a choice; where they depend on the place, see SheetImport.choices.
    many: a choice cell may name several, separated by 、; gives a tuple, () where empty.
    multiline: line breaks of a text are kept.
    minimum / maximum: bounds of a number, a sum or a date, both included.
    parse: value of the kind -> value of the row, for what is not empty; refuses by CellProblem or ValidationError.
    example: what stands in the template's example row; hint: a remark in the template and on the page.
    """

    key: str
    title: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    kind: ColumnKind = "text"
    choices: Choices = ()
    many: bool = False
    max_length: int = 200
    multiline: bool = False
    minimum: Any = None
    maximum: Any = None
    parse: Callable[[Any], Any] | None = None
    example: str = ""
    hint: str = ""

    @property
    def headings(self) -> tuple[str, ...]:
        return (self.title, *self.aliases)


@dataclass(frozen=True)
class Row:
    """What a row of the sheet says. `number` is its number in Excel; `values` has every declared key."""

    number: int
    values: Mapping[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.values[key]


@dataclass(frozen=True)
class RowError:
    """Why a row is refused; `column_key` "" for the row as a whole. `accepted`: what would do instead."""

    row: Row | int
    column_key: str
    message: str
    accepted: str = ""

    @property
    def number(self) -> int:
        return self.row.number if isinstance(self.row, Row) else self.row


class RowsRefused(Exception):
    """Some rows cannot be committed after all."""

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__(f"{len(errors)} rows refused")
        self.errors = errors


@contextmanager
def refused_at(row: Row) -> Iterator[None]:
    """Within `commit`: a service's ValidationError is told as an error of this row, field by field."""
    try:
        yield
    except ValidationError as error:
        raise RowsRefused(list(errors_of(row, error))) from error


def errors_of(row: Row, error: ValidationError) -> Iterator[RowError]:
    """A service's refusal as errors of a row; a field that is no column is told of the row as a whole."""
    by_field = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    for field, messages in by_field.items():
        for message in messages:
            yield RowError(row, field if field in row.values else "", message)


class SheetImport:
    """One kind of sheet, declared once, in the app's `services` (it writes). Subclass it; never instantiate it.

    slug: name in the audit trail and the stored uploads; unique in the project.
    title: Chinese name of the pages, the template and its sheet, such as "参训名单导入".
    hint: one sentence above the upload.
    capability: what the uploader must hold over the place, when uploading and again when committing.
    seen_by: the capability by which the place is seen: who sees it but lacks the right is told 403, others 404.
    columns: see ImportColumn; unique: keys that no two rows of a sheet may share (see `identity`).
    ignored: headings that are passed over without a word.
    """

    slug: ClassVar[str] = ""
    title: ClassVar[str] = ""
    hint: ClassVar[str] = ""
    capability: ClassVar[str] = ""
    seen_by: ClassVar[str] = ""
    columns: ClassVar[tuple[ImportColumn, ...]] = ()
    unique: ClassVar[tuple[str, ...]] = ()
    ignored: ClassVar[tuple[str, ...]] = ("序号",)
    row_limit: ClassVar[int] = 2000
    do_not_call_in_templates: ClassVar[bool] = True

    # Where the rows belong -------------------------------------------------------------------------------------------

    @classmethod
    def places(cls, user: Any, capability: str) -> QuerySet[Any]:
        """The objects that a sheet may belong to, as far as the user reaches them with the capability."""
        raise NotImplementedError

    @classmethod
    def place(cls, user: Any, key: str) -> Any:
        """The object in the URL; "" (a path without <place>) gives None, for rows that each name where they belong.

        PermissionDenied where the user sees it but lacks the right, Http404 where it is out of sight.
        """
        if not key:
            return None
        found = cls.places(user, cls.capability).filter(pk=key).first()
        if found is not None:
            return found
        if cls.seen_by and cls.places(user, cls.seen_by).filter(pk=key).exists():
            raise PermissionDenied("您没有办理此事项的权限。")
        raise Http404("没有找到，或不在您的范围内。")

    @classmethod
    def place_label(cls, place: Any) -> str:
        """What the pages call the place."""
        return "" if place is None else str(place)

    @classmethod
    def scope_path(cls, place: Any) -> str:
        """Path of the organisation concerned, for the audit trail."""
        holder = place if hasattr(place, "path") else getattr(place, "organisation", None)
        return str(getattr(holder, "path", ""))

    @classmethod
    def done_url(cls, place: Any) -> str:
        """Where the rows are seen once they are committed; also the way back."""
        raise NotImplementedError

    @classmethod
    def obstacle(cls, user: Any, place: Any) -> str:
        """Why nothing may be imported here now (it is over, it is locked), in Chinese; "" where it may."""
        return ""

    # What the rows say -----------------------------------------------------------------------------------------------

    @classmethod
    def choices(cls, user: Any, place: Any) -> Mapping[str, Choices]:
        """(value, label) pairs of choice columns that depend on the place, by key: its members, units below it."""
        return {}

    @classmethod
    def identity(cls, row: Row) -> Hashable | None:
        """What no two rows of a sheet may share; None: the row may stand twice. By default the values of `unique`."""
        return tuple(row[key] for key in cls.unique) or None

    @classmethod
    def check(cls, user: Any, place: Any, rows: Sequence[Row]) -> Iterable[RowError]:
        """What is wrong with rows whose cells are in order; asks the database once for all. Also asked at commit."""
        return ()

    @classmethod
    def compare(cls, user: Any, place: Any, rows: Sequence[Row]) -> Mapping[int, Mark]:
        """For the preview: number of a row -> whether it is new, changes something, or says what is known. Optional."""
        return {}

    @classmethod
    def commit(cls, by: Any, place: Any, rows: Sequence[Row]) -> int:
        """Store the rows by calling services, within one transaction; the number of rows stored.

        A ValidationError stores nothing; within `refused_at(row)` it is shown as an error of that row.
        """
        raise NotImplementedError

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.slug:
            return
        check_declaration(cls)
        known = IMPORTS.setdefault(cls.slug, cls)
        if known is not cls and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise ValueError(f"two imports are called {cls.slug!r}")
        IMPORTS[cls.slug] = cls


def check_declaration(importer: type[SheetImport]) -> None:
    """ValueError where the declaration contradicts itself: found when the module is imported, not by a user."""
    keys = [column.key for column in importer.columns]
    headings = [normalise_heading(heading) for column in importer.columns for heading in column.headings]
    for names in (keys, headings):
        doubled = {name for name in names if names.count(name) > 1}
        if doubled:
            raise ValueError(f"{importer.slug}: used twice: {sorted(doubled)}")
    if not keys or not importer.title or not importer.capability:
        raise ValueError(f"{importer.slug}: an import needs a title, a capability and columns")
    if unknown := set(importer.unique) - set(keys):
        raise ValueError(f"{importer.slug}: unique names no column: {sorted(unknown)}")
