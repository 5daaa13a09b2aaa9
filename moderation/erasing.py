"""What stays of a person who reported something."""

from __future__ import annotations

from moderation.models import Report
from residents import erasure


def declare() -> None:
    """A report stays until it is decided, without its writer and their words. Only its writer is ever handed a copy."""
    erasure.outlives(Report, by="reporter", words=("words",), confidential=True)
    erasure.outlives(Report, by="closed_by")
