"""Offers and requests, from the first words of a draft to the last line of its history."""

from mutual_aid.models.draft import Draft
from mutual_aid.models.exact_place import ExactPlace, ExactPlaceReading
from mutual_aid.models.post import Post
from mutual_aid.models.post_change import PostChange

__all__ = ["Draft", "ExactPlace", "ExactPlaceReading", "Post", "PostChange"]
