"""Pictures: what a camera tells about a place never gets further than the door; what is no picture gets a sentence."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageStat
from PIL.TiffImagePlugin import IFDRational

from tests.mutual_aid.writer import Writer, errors

pytestmark = pytest.mark.django_db
SECRET = b"Via Roma 12, interno 3"


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **options: Any) -> bytes:
    """Left half red, right half blue, with the camera's position, orientation and a comment inside."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    exif = Image.Exif()
    exif[0x0112] = options.pop("orientation", 1)
    exif[0x010F] = "Telefono di Elena"
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: tuple(IFDRational(part) for part in (45, 4, 37)), 3: "E"})
    out = BytesIO()
    extra = {"comment": SECRET} if kind == "JPEG" else {}
    image.save(out, kind, exif=exif, xmp=b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>", **extra, **options)
    return out.getvalue()


def upload(content: bytes, name: str = "IMG_20261122_via_roma.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


def kept_by(writer: Writer) -> Image.Image:
    """The picture of the draft, as it is stored."""
    return Image.open(default_storage.open(writer.draft.photo.name or "none"))


def stored() -> list[str]:
    return sorted(default_storage.listdir("posts")[1]) if default_storage.exists("posts") else []


@pytest.fixture
def begun(elena: Writer) -> Writer:
    return elena.begin()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_of_the_camera_stays(begun: Writer, cast: SimpleNamespace, kind: str) -> None:
    sent = picture(kind)
    assert SECRET in sent and b"Telefono di Elena" in sent
    begun.tell(photo=upload(sent), photo_alt="Un armadio rosso e blu").put("city").publish()
    [name] = stored()
    assert "roma" not in name
    content = default_storage.open(f"posts/{name}").read()
    for hidden in (SECRET, b"Telefono", b"Elena", b"EXIF", b"Exif", b"XMP", b"ICC", b"GPS"):
        assert hidden not in content
    with Image.open(BytesIO(content)) as kept:
        assert (kept.format, kept.size, dict(kept.getexif())) == ("WEBP", (60, 40), {})
    page = begun.client.get(f"/it/rovigo/post/{begun.pk}/").content.decode()
    assert 'alt="Un armadio rosso e blu"' in page
    answer = begun.client.get(f"/it/rovigo/post/{begun.pk}/foto/")
    assert b"".join(answer.streaming_content) == content  # type: ignore[attr-defined]  # a FileResponse


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_stands_upright(begun: Writer, kind: str) -> None:
    """Taken with the telephone on its side: the red half, on the left as stored, belongs at the top."""
    begun.tell(photo=upload(picture(kind, orientation=6)))
    with kept_by(begun) as kept:
        assert kept.size == (40, 60)
        top, bottom = kept.crop((0, 0, 40, 25)), kept.crop((0, 35, 40, 60))
    assert [ImageStat.Stat(half).mean[0] > 200 for half in (top, bottom)] == [True, False], "red at the top"
    assert [ImageStat.Stat(half).mean[2] > 200 for half in (top, bottom)] == [False, True], "blue at the bottom"


def test_large_ones_are_made_smaller(begun: Writer) -> None:
    begun.tell(photo=upload(picture(size=(4000, 1000))))
    with kept_by(begun) as kept:
        assert kept.size == (1600, 400)


@pytest.mark.parametrize("mode", ["RGBA", "P", "LA", "L", "1", "I;16", "CMYK"])
def test_every_kind_of_pixel(begun: Writer, mode: str) -> None:
    out = BytesIO()
    kind = "JPEG" if mode == "CMYK" else "PNG"
    Image.new(mode, (30, 30)).save(out, kind)
    assert begun.tell(photo=upload(out.getvalue())).goes_to
    with kept_by(begun) as kept:
        assert kept.size == (30, 30)


def png_that_claims(width: int, height: int) -> bytes:
    """A few bytes that would be a huge picture."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


HEAVY = "La foto pesa più di 10 MB. Prova a sceglierne una più leggera."
LARGE = "La foto è troppo grande: al massimo 12.000 pixel per lato. Prova a rimpicciolirla."
NONE = "Questo file non è una foto che sappiamo aprire. Vanno bene JPEG, PNG e WebP."
EMPTY = "Il file della foto è vuoto. Prova a sceglierla di nuovo."


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (picture() + b"\0" * 10_000_000, HEAVY),
        (png_that_claims(30_000, 10), LARGE),
        (png_that_claims(10, 30_000), LARGE),
        (png_that_claims(11_000, 11_000), LARGE),
        (png_that_claims(60_000, 60_000), LARGE),
        (b"%PDF-1.4 non sono una foto", NONE),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", NONE),
        (picture()[:300], NONE),
        (picture("PNG")[:90], NONE),
        (b"\x89PNG\r\n\x1a\n" + b"rubbish" * 20, NONE),
        (b"GIF89a" + b"\xff" * 40, NONE),
        (b"", EMPTY),
    ],
    ids=["heavy", "wide", "high", "bomb", "monster", "pdf", "svg", "half", "half-png", "rubbish", "gif", "empty"],
)
def test_what_is_no_picture_gets_a_sentence(begun: Writer, content: bytes, sentence: str) -> None:
    page = begun.tell(photo=upload(content), words="Lo porto io, ho il furgone.").page
    assert errors(page) == [sentence]
    assert "Lo porto io, ho il furgone." in page
    assert not begun.draft.photo
    assert stored() == []


def test_a_picture_of_exactly_ten_megabytes_is_taken(begun: Writer) -> None:
    sent = picture()
    assert begun.tell(photo=upload(sent + b"\0" * (10_000_000 - len(sent)))).goes_to


def test_a_good_picture_is_not_chosen_twice(begun: Writer) -> None:
    page = begun.tell(title="", photo=upload(picture())).page
    assert errors(page) == ["Manca il titolo: scrivi almeno due parole."]
    assert "La foto che hai scelto è rimasta." in page
    assert begun.tell().goes_to
    assert begun.draft.photo
    begun.put("city").publish()
    assert begun.post.photo.name == f"posts/{stored()[0]}"


def test_another_one_takes_its_place_and_the_file_goes(begun: Writer, django_capture_on_commit_callbacks: Any) -> None:
    begun.tell(photo=upload(picture()))
    [first] = stored()
    with django_capture_on_commit_callbacks(execute=True):
        begun.tell(photo=upload(picture("PNG")))
    [second] = stored()
    assert first != second
    with django_capture_on_commit_callbacks(execute=True):
        begun.tell(remove_photo="on")
    assert stored() == []
    assert not begun.draft.photo


def test_only_its_author_sees_the_picture_of_a_draft(begun: Writer, stranger: Writer) -> None:
    begun.tell(photo=upload(picture()))
    answer = begun.client.get(begun.url("foto/"))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
    assert "no-store" in answer.headers["Cache-Control"]
    assert stranger.client.get(begun.url("foto/")).status_code == 404
    assert begun.url("foto/") in begun.put("city").look()
