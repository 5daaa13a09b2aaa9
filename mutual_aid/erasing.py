"""What stays of a person beside other people's posts, and the drafts that only their browsers know to be theirs."""

from __future__ import annotations

from mutual_aid.models import Draft, ExactPlaceReading, PostChange
from residents import erasure
from residents.models import Resident


def declare() -> None:
    """That a post was refused, or an address read, stays with its author; by whom and in which words does not."""
    erasure.outlives(PostChange, by="by", words=("why",))
    erasure.outlives(ExactPlaceReading, by="reader")
    erasure.register_eraser(claim_drafts)


def claim_drafts(resident: Resident) -> None:
    """Drafts begun before signing in become the person's, so that they go with them."""
    begun = [pk for session in resident.sessions.all() for pk in session.get_decoded().get("drafts", [])]
    Draft.objects.filter(pk__in=begun, author=None).update(author=resident)
