"""What stays of a person in what neighbours reported."""

from __future__ import annotations

from moderation.models import Report
from residents import erasure


def declare() -> None:
    """A report holds although whoever made it is gone, without their words; nobody is ever told who reported them."""
    erasure.outlives(Report, by="reporter", words=("words",), confidential=True)
    erasure.outlives(Report, by="closed_by", confidential=True)
