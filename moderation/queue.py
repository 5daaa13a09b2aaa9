"""What waits for a coordinator: posts that nobody has read yet, and posts that somebody reported."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Exists, F, Max, Min, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.timesince import timesince
from django.utils.timezone import now

from moderation.models import GRAVITY, Report
from mutual_aid.models import Post, PostChange
from mutual_aid.models.post import PostQuerySet
from spaces.models import City, CityRole, Space

if TYPE_CHECKING:
    from moderation.forms import DecisionForm
    from residents.models import Resident


def waiting_for(resident: Resident, city: City) -> PostQuerySet:
    """The posts on which `resident` may decide: of the spaces they coordinate, or of the city if they answer for it."""
    answers_for_city = Exists(CityRole.objects.filter(city=city, resident=resident))
    waiting = Post.objects.filter(city=city, state=Post.State.PENDING).values("pk")
    reported = Report.objects.open().filter(post__city=city, post__state=Post.State.OPEN).values("post")
    # The two are found apart, each by its own small index, before anything is asked of the posts.
    return Post.objects.filter(pk__in=waiting.union(reported)).filter(
        Q(answers_for_city) | Q(space__in=_coordinated_by(resident, city))
    )


def count_for(resident: Resident, city: City) -> int:
    """How many wait for `resident`: one query, and 0 for who coordinates nothing."""
    return waiting_for(resident, city).count()


def desk_of(resident: Resident, city: City) -> City | Space:
    """Where `resident` sits when reading the queue: a space they coordinate, else the city itself."""
    return _coordinated_by(resident, city).select_related("city").defer("city__border").first() or city


def gravest_first(posts: PostQuerySet) -> PostQuerySet:
    """As the queue shows them, with all that it shows: the gravest report first, then who has waited longest.

    Adds `gravity` (0: not reported), `waiting_since`, `is_first` (of its author), `last_report` (its id, 0: none) and
    `open_reports`; the number of queries does not depend on the number of posts.
    """
    open_reports = Report.objects.open().order_by(GRAVITY.desc(), "made_at")
    reports = Report.objects.open().filter(post=OuterRef("pk")).order_by().values("post")
    held = PostChange.objects.filter(post=OuterRef("pk"), what__in=[PostChange.What.HELD, PostChange.What.HIDDEN])
    last_held = Subquery(held.order_by("-at").values("at")[:1])
    others = Post.objects.filter(author=OuterRef("author")).exclude(pk=OuterRef("pk")).once_open()
    return (
        posts.for_cards()
        .select_related("author")
        .prefetch_related(Prefetch("reports", open_reports, "open_reports"))
        .annotate(
            gravity=Coalesce(Subquery(reports.annotate(most=Max(GRAVITY)).values("most")), Value(0)),
            last_report=Coalesce(Subquery(reports.annotate(last=Max("pk")).values("last")), Value(0)),
            waiting_since=Case(
                When(state=Post.State.PENDING, then=Coalesce(last_held, F("created_at"))),
                default=Subquery(reports.annotate(first=Min("made_at")).values("first")),
            ),
            is_first=~Exists(others),
        )
        .order_by("-gravity", "waiting_since", "pk")
    )


def _coordinated_by(resident: Resident, city: City) -> QuerySet[Space]:
    return Space.objects.filter(city=city, memberships__in=resident.memberships.coordinators())


@dataclass
class Waiting:
    """A post of the queue, as `gravest_first` brings it, and the form that decides about it."""

    post: Any  # a Post, with what gravest_first adds
    form: DecisionForm

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """What was reported and how many times; the gravest first."""
        return list(Counter(report.get_reason_display() for report in self.post.open_reports).items())

    @property
    def words(self) -> list[str]:
        """What people wrote with their reports."""
        return [report.words for report in self.post.open_reports if report.words]

    @property
    def age(self) -> str:
        """How long it has been waiting, in one unit: «3 ore»; empty if it does not wait."""
        since = self.post.waiting_since
        return timesince(min(since, now() - timedelta(minutes=1)), depth=1) if since else ""
