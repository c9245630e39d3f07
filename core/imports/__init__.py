"""Imports from Excel, declared once: template, upload, preview with an error per cell, commit of all rows or none."""

from core.imports.declaration import (
    IMPORTS,
    ImportColumn,
    Row,
    RowError,
    RowsRefused,
    SheetImport,
    errors_of,
    refused_at,
)
from core.imports.views import import_urls
from core.workbooks.values import CellProblem

__all__ = [
    "IMPORTS",
    "CellProblem",
    "ImportColumn",
    "Row",
    "RowError",
    "RowsRefused",
    "SheetImport",
    "errors_of",
    "import_urls",
    "refused_at",
]
