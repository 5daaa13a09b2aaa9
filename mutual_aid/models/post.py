"""An offer or a request, and the verbs that move it from one state to the next."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models, transaction
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from mutual_aid.categories import Category
from mutual_aid.lasting import today
from mutual_aid.search import ITALIAN
from residents.languages import LANGUAGES
from spaces.models import Cell, City, Space

if TYPE_CHECKING:
    from residents.models import Resident


NEWEST = ["-published_at", "id"]
OPEN = Q(state="open")


class PostQuerySet(models.QuerySet["Post"]):
    """Posts, as the person who looks may see them."""

    def open(self) -> Self:
        return self.filter(state=Post.State.OPEN)

    def written_by(self, resident: Resident) -> Self:
        return self.filter(author=resident)

    def once_open(self) -> Self:
        """Those that neighbours have seen, whatever became of them."""
        seen = Q(changes__what__in=["published", "approved", "imported"])
        return self.filter(Q(state__in=["open", "expired"]) | seen).distinct()

    def judged(self) -> Self:
        """Those that do not wait to be read, nor were taken back while they waited."""
        return self.filter(Q(state=Post.State.REMOVED) | Q(pk__in=self.once_open().values("pk"))).exclude(
            state=Post.State.PENDING
        )

    def over(self, at: datetime) -> Self:
        """Still on the board at `at`, although their time has run out."""
        return self.open().filter(expires_at__lte=at)

    def long_gone(self, at: datetime) -> Self:
        """Off the board for so long that nobody comes back to them."""
        return self.exclude(state__in=["open", "pending"]).filter(expires_at__lte=at - Post.LONGEST_LIFETIME)

    def to_be_reminded(self, at: datetime) -> Self:
        """Soon over, and their author was not told yet. One that is up for a few days only needs no reminder."""
        soon = self.open().filter(reminded_at=None, expires_at__gt=at, expires_at__lte=at + Post.REMINDER)
        return soon.filter(author__email__isnull=False, published_at__lte=F("expires_at") - 2 * Post.REMINDER)

    def for_cards(self) -> Self:
        """With what a card shows, and no border or search column: a page of cards costs one lean query."""
        return self.select_related("cell__neighbourhood", "cell__city", "city", "space").defer(
            "search", "resembling", "city__border", "cell__city__border", "cell__neighbourhood__border"
        )


class Post(models.Model):
    """Somebody asks or offers. Where it is, anybody may know only as a cell."""

    class Kind(models.TextChoices):
        REQUEST = "request", _("Chiedo")
        OFFER = "offer", _("Offro")

    class State(models.TextChoices):
        PENDING = "pending", _("in attesa")
        OPEN = "open", _("aperto")
        WITHDRAWN = "withdrawn", _("ritirato")
        EXPIRED = "expired", _("scaduto")
        REMOVED = "removed", _("rifiutato")

    class Timing(models.TextChoices):
        ANY = "any", _("Quando capita")
        NOW = "now", _("Adesso")
        BY = "by", _("Entro un giorno")
        WEEKLY = "weekly", _("Ogni settimana")

    class PartOfDay(models.TextChoices):
        ANY = "", _("a qualsiasi ora")
        MORNING = "morning", _("mattina")
        AFTERNOON = "afternoon", _("pomeriggio")
        EVENING = "evening", _("sera")

    class Precision(models.TextChoices):
        CELL = "cell", _("una zona")
        NEIGHBOURHOOD = "neighbourhood", _("un quartiere")
        CITY = "city", _("tutta la città")
        SPACE = "space", _("un luogo pubblico")

    class Moved(Exception):
        """Somebody else was first: the post is no longer in the state, or of the version, the verb starts from."""

    LIFETIME = {Kind.REQUEST: timedelta(days=14), Kind.OFFER: timedelta(days=30)}
    LONGEST_LIFETIME = timedelta(days=90)
    REMINDER = timedelta(days=3)  # before it is over, its author gets a letter

    # Given by the draft it was written in: a publication that is sent twice happens once.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    city = models.ForeignKey(City, models.CASCADE, related_name="posts")
    cell = models.ForeignKey(Cell, models.PROTECT, related_name="posts")
    precision = models.CharField(max_length=13, choices=Precision, default=Precision.CELL)
    space = models.ForeignKey(Space, models.SET_NULL, null=True, blank=True, related_name="posts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="posts")

    kind = models.CharField(max_length=7, choices=Kind)
    category = models.CharField(max_length=10, choices=Category)
    title = models.CharField(max_length=80)
    words = models.TextField(max_length=2000, blank=True)
    language = models.CharField(max_length=8, default="it", help_text="in which the title and the words are written")
    languages = ArrayField(models.CharField(max_length=8, choices=LANGUAGES), default=list, blank=True)
    urgent = models.BooleanField(default=False)
    people = models.PositiveSmallIntegerField(default=1, help_text="how many can help, or be helped")
    show_name = models.BooleanField(default=False, help_text="the first name stands on the post's own page")

    timing = models.CharField(max_length=6, choices=Timing, default=Timing.ANY)
    by_date = models.DateField(null=True, blank=True)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True, help_text="0 is Monday")
    part_of_day = models.CharField(max_length=9, choices=PartOfDay, blank=True)

    photo = models.ImageField(upload_to="posts", blank=True)
    photo_alt = models.CharField(max_length=160, blank=True)

    state = models.CharField(max_length=9, choices=State)
    version = models.PositiveIntegerField(default=1, help_text="raised by each change that others can see")
    created_at = models.DateTimeField(default=now)
    published_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)

    source = models.CharField(max_length=80, blank=True, help_text="the list it was brought from")
    source_id = models.CharField(max_length=80, blank=True)
    source_name = models.CharField(max_length=160, blank=True, help_text="who offered or asked, in that list")
    source_url = models.URLField(max_length=500, blank=True)

    search = models.GeneratedField(
        expression=SearchVector("title", weight="A", config=ITALIAN)
        + SearchVector("words", weight="B", config=ITALIAN),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    resembling = models.GeneratedField(
        expression=Func("title", function="filo_plain"),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = PostQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(people__range=(1, 50)), name="a_post_is_for_1_to_50_people"),
            models.CheckConstraint(
                condition=Q(timing="by", by_date__isnull=False) | ~Q(timing="by") & Q(by_date=None),
                name="a_post_by_a_date_has_one",
            ),
            models.CheckConstraint(
                condition=Q(timing="weekly") & ~Q(weekdays=[]) | ~Q(timing="weekly") & Q(weekdays=[]),
                name="a_weekly_post_names_its_days",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("published_at")), name="a_post_expires_after_it_appears"
            ),
            models.CheckConstraint(
                condition=~Q(precision="space") | Q(space__isnull=False), name="a_post_at_a_space_names_it"
            ),
            models.CheckConstraint(
                condition=Q(author__isnull=False) | ~Q(source=""), name="a_post_has_an_author_or_a_source"
            ),
            models.UniqueConstraint(
                fields=["source", "source_id"], condition=~Q(source=""), name="a_row_of_a_list_is_brought_once"
            ),
        ]
        indexes = [
            # The board, newest and nearest first. The map counts in the second alone; rare categories have their own.
            models.Index(fields=["city", *NEWEST], name="open_posts_newest_first", condition=OPEN),
            models.Index(
                fields=["cell", *NEWEST], name="open_posts_of_a_cell", condition=OPEN, include=["city", "kind"]
            ),
            models.Index(fields=["city", "category", *NEWEST], name="open_posts_of_a_category", condition=OPEN),
            models.Index(fields=["cell", "category", *NEWEST], name="open_posts_of_a_cell_category", condition=OPEN),
            models.Index(fields=["expires_at"], name="open_posts_by_expiry", condition=OPEN),
            models.Index(fields=["city", "created_at"], name="posts_that_wait", condition=Q(state="pending")),
            GinIndex(F("search"), name="posts_by_words"),
            GinIndex(OpClass("resembling", name="gin_trgm_ops"), name="posts_by_resemblance"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("post", args=[self.city.slug, self.pk])

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    # Verbs. Each is one transaction: compare-and-set on the state, then the line of history.

    @transaction.atomic
    def publish(self, *, waits: bool) -> None:
        """Put a new post on the board, or among those that a coordinator reads first."""
        self.state = self.State.PENDING if waits else self.State.OPEN
        self.save(force_insert=True)
        self._remember("held" if waits else "published", self.author)

    def approve(self, by: Resident) -> None:
        """Let a waiting post stand on the board, from now: the days it waited are not taken from it."""
        start = now()
        facts: dict[str, Any] = {"published_at": start, "expires_at": start + (self.expires_at - self.published_at)}
        self._move(from_=[self.State.PENDING], to=self.State.OPEN, what="approved", by=by, **facts)

    def refuse(self, by: Resident, why: str) -> None:
        """Take a post away for good; its author reads why."""
        self._move(from_=[self.State.PENDING, self.State.OPEN], to=self.State.REMOVED, what="removed", by=by, why=why)

    def hide(self, by: Resident, why: str = "") -> None:
        """Put an open post back among those that wait."""
        self._move(from_=[self.State.OPEN], to=self.State.PENDING, what="hidden", by=by, why=why)

    def withdraw(self, by: Resident) -> None:
        """The author needs it no more."""
        self._move(
            from_=[self.State.PENDING, self.State.OPEN, self.State.EXPIRED],
            to=self.State.WITHDRAWN,
            what="withdrawn",
            by=by,
        )

    def renew(self, by: Resident, *, version: int) -> None:
        """Keep it on the board for another lifetime, or bring it back after it ran out: once for each version."""
        facts: dict[str, Any] = {"expires_at": now() + self.LIFETIME[self.Kind(self.kind)], "reminded_at": None}
        if self.by_date and self.by_date < today(self.city):
            facts |= {"timing": self.Timing.ANY, "by_date": None}
        stood = [self.State.OPEN, self.State.EXPIRED]
        self._move(from_=stood, to=self.State.OPEN, what="renewed", by=by, only_if=Q(version=version), **facts)

    def expire(self) -> None:
        """Take a post off the board when its time is over. Nobody did it: the clock."""
        over = Q(expires_at__lte=now())  # unless its author renewed it a moment ago
        self._move(from_=[self.State.OPEN], to=self.State.EXPIRED, what="expired", by=None, only_if=over)

    @transaction.atomic
    def edit(self, by: Resident, facts: dict[str, Any], *, version: int) -> None:
        """Change what others can see, if it is still of `version`; nothing happens if nothing differs."""
        before = {name: getattr(self, name) for name, value in facts.items() if getattr(self, name) != value}
        if not before:
            return
        stands = [self.State.PENDING, self.State.OPEN, self.State.EXPIRED]
        self._compare_and_set(stands, Q(version=version), **{name: facts[name] for name in before})
        self._remember("edited", by, before=before)

    @transaction.atomic
    def remind(self) -> None:
        """Note that its author is being told that it ends soon. Others see no difference: the version stays."""
        due = Post.objects.open().filter(pk=self.pk, reminded_at=None, expires_at__lte=now() + self.REMINDER)
        if not due.update(reminded_at=now()):
            raise self.Moved
        self._remember("reminded", None)

    @transaction.atomic
    def _move(
        self,
        *,
        from_: list[State],
        to: State,
        what: str,
        by: Resident | None,
        why: str = "",
        only_if: Q | None = None,
        **facts: Any,
    ) -> None:
        self._compare_and_set(from_, only_if or Q(), state=to, **facts)
        self._remember(what, by, why)

    def _compare_and_set(self, believed: list[State], only_if: Q, **facts: Any) -> None:
        """The WHERE clause is the rule and the row count the answer. Raises `Moved` if the post is elsewhere."""
        same = Post.objects.filter(only_if, pk=self.pk, state__in=believed)
        if not same.update(version=F("version") + 1, **facts):
            raise self.Moved
        self.refresh_from_db()

    def _remember(self, what: str, by: Resident | None, why: str = "", before: dict[str, Any] | None = None) -> None:
        readable = {name: str(value) for name, value in (before or {}).items()}
        self.changes.create(what=what, by=by, why=why, before=readable)
