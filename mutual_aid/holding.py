"""Which new posts a coordinator reads before everybody else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mutual_aid.models import Post, PostChange
from spaces.models import CityRole, Membership, Space

if TYPE_CHECKING:
    from residents.models import Resident


def must_wait(post: Post, author: Resident) -> bool:
    """Whether `post`, about to be published, waits for a coordinator.

    It does if its space reads the first posts of new people and the author is new there; and, with a space or
    without, if what the author wrote last in this city was removed, or a post of theirs was taken down and waits. What
    nobody has decided on yet does not count: else who was refused would only have to write twice.
    """
    here = Post.objects.written_by(author).filter(city=post.city)
    if here.filter(state=Post.State.PENDING, changes__what=PostChange.What.HIDDEN).exists():
        return True
    earlier = here.judged().order_by("-created_at").first()
    if earlier and earlier.state == Post.State.REMOVED:
        return True
    return post.space is not None and post.space.holds_first_posts and _is_new(author, post.space)


def _is_new(author: Resident, space: Space) -> bool:
    """Nothing of theirs was ever on a board, and they hold no office here. Taking part is no office: anybody may."""
    offices = Membership.objects.filter(space=space, resident=author).exclude(role=Membership.Role.MEMBER)
    city_offices = CityRole.objects.filter(city=space.city_id, resident=author)
    return not (Post.objects.written_by(author).once_open().exists() or offices.exists() or city_offices.exists())
