"""What one column of a ledger is: where its value comes from, how it reads on the page and in the sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Kind = Literal["text", "id", "date", "datetime", "time", "number", "percent", "bool"]
Choices = Mapping[Any, Any] | Iterable[tuple[Any, Any]]

KINDS: tuple[str, ...] = get_args(Kind)


@dataclass(frozen=True)
class Column:
    """One column, declared once for the page, the Excel sheet and the Word table.

    key: name in the URL (`?sort=key`) and in tests; unique in the ledger.
    title: heading, Chinese.
    source: ORM path, or several, or the name of an annotation made by `Ledger.base`. Empty: same as `key`.
    kind: "text"; "id" (digits kept as text: codes, phone numbers); "date"; "datetime" (shown in local time);
        "time"; "number"; "percent" (a ratio: 0.85 reads 85.0%); "bool" (是/否).
    choices: stored value -> label (pairs, mapping, or a callable returning either, called once a page or export).
    text: text(*values) -> str, for the page, and for the sheet where `cell` is not given. The engine escapes it.
    cell: cell(*values) -> str | int | float | Decimal | date | datetime | None, for the sheet only.
    link: URL name taking one argument; link_arg: ORM path of that argument.
    badge: stored value -> tone of a badge ("done", "due", "overdue", "waived", "draft", "info", "neutral") or its CSS
        classes ("bg-green-lt"), as a mapping or a callable on the values; "" for none.
    width: width in the sheet, in characters (a Chinese character counts two). wrap: wrap long text in the sheet.
    sortable: the heading sorts. sort: ORM paths to sort by instead of the first source (a name by its pinyin).
    page / sheet: whether it appears there. hidden_on_phone: not shown below 768 px.
    """

    key: str
    title: str
    source: str | tuple[str, ...] = ""
    kind: Kind = "text"
    choices: Choices | Callable[[], Choices] | None = None
    text: Callable[..., Any] | None = None
    cell: Callable[..., Any] | None = None
    link: str = ""
    link_arg: str = "pk"
    badge: Mapping[Any, str] | Callable[..., str] | None = None
    width: int = 16
    wrap: bool = False
    sortable: bool = False
    sort: str | tuple[str, ...] = ()
    page: bool = True
    sheet: bool = True
    hidden_on_phone: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.key}: unknown kind {self.kind!r}")
        if len(self.sources) > 1 and not self.text:
            raise ValueError(f"{self.key}: several sources need text=")

    @property
    def sources(self) -> tuple[str, ...]:
        """ORM paths whose values are handed to text, cell and badge, in this order."""
        if isinstance(self.source, tuple):
            return self.source
        return (self.source or self.key,)

    @property
    def sort_paths(self) -> tuple[str, ...]:
        """ORM paths that the heading sorts by, ascending."""
        if self.sort:
            return (self.sort,) if isinstance(self.sort, str) else self.sort
        return self.sources[:1]

    def choice_labels(self) -> dict[Any, str] | None:
        """The choices as a dictionary, or None when the column has none."""
        if self.choices is None:
            return None
        choices = self.choices() if callable(self.choices) else self.choices
        return {value: str(label) for value, label in dict(choices).items()}
