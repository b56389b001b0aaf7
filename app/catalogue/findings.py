"""What an import has to say about a cell: refused, or taken with a difference."""

from __future__ import annotations

from dataclasses import dataclass

from app.catalogue.rows import Row


@dataclass(frozen=True)
class Finding:
    """One remark, at a cell.

    Attributes:
        row: As a person counts in the file.
        column: Name of the column; empty when it is about the row.
        reason: A Chinese sentence that says what was found and what happens.
    """

    file: str
    row: int
    column: str
    reason: str


def at(row: Row, column: str, reason: str) -> Finding:
    """Return a finding at a cell of a row."""
    return Finding(row.file, row.number, column, reason)
