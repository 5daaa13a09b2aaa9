"""Pictures: every one is drawn anew, so that nothing of the camera, its owner or the place comes along."""

from __future__ import annotations

import threading
import uuid
from io import BytesIO
from typing import Any

from django import forms
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from mutual_aid.models import Draft, Post

MAX_BYTES = 10 * 1000 * 1000
MAX_SIDE = 12_000  # pixels, as sent
MAX_PIXELS = 64_000_000  # as sent; about 200 MB while it is drawn anew
SIDE = 1600  # pixels, as kept
KINDS = ["JPEG", "PNG", "WEBP", "GIF"]  # no other decoder is ever asked

_one_at_a_time = threading.Lock()  # large pictures cost memory: a second one waits for the first


class Picture(forms.FileField):
    """A picture to send; what comes out is ours: WebP, at most 1600 pixels, without metadata."""

    default_error_messages = {
        "heavy": _("La foto pesa più di 10 MB. Prova a sceglierne una più leggera."),
        "large": _("La foto è troppo grande: al massimo 12.000 pixel per lato. Prova a rimpicciolirla."),
        "none": _("Questo file non è una foto che sappiamo aprire. Vanno bene JPEG, PNG e WebP."),
        "empty": _("Il file della foto è vuoto. Prova a sceglierla di nuovo."),
    }
    widget = forms.FileInput

    def clean(self, data: Any, initial: Any = None) -> ContentFile[bytes] | None:
        upload: UploadedFile[bytes] | None = super().clean(data, initial)
        if not upload:
            return None
        if (upload.size or 0) > MAX_BYTES:
            raise forms.ValidationError(self.error_messages["heavy"], code="heavy")
        try:
            return ContentFile(drawn_anew(upload))
        except TooLarge:
            raise forms.ValidationError(self.error_messages["large"], code="large") from None
        except Exception:  # a decoder that is fed with rubbish may raise anything
            raise forms.ValidationError(self.error_messages["none"], code="none") from None


class TooLarge(Exception):
    """More pixels than we are willing to draw."""


def drawn_anew(upload: Any) -> bytes:
    """The picture upright, on white where it was transparent, at most 1600 pixels a side, as WebP without metadata."""
    with _one_at_a_time:
        try:
            with Image.open(upload, formats=KINDS) as sent:
                return _draw(sent)
        except Image.DecompressionBombError:
            raise TooLarge from None


def _draw(sent: Image.Image) -> bytes:
    if max(sent.size) > MAX_SIDE or sent.width * sent.height > MAX_PIXELS:
        raise TooLarge
    picture = sent if sent.mode in ("L", "RGB", "RGBA") else sent.convert("RGBA")
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)  # a JPEG is decoded at a fraction where that is enough
    upright = ImageOps.exif_transpose(picture).convert("RGBA")
    # A fresh sheet: what the file carried beside its pixels stays behind.
    sheet = Image.new("RGB", upright.size, "white")
    sheet.paste(upright, mask=upright)
    kept = BytesIO()
    sheet.save(kept, "WEBP", quality=80)
    return kept.getvalue()


def keep(picture: ContentFile[bytes]) -> str:
    """Store it under a name that says nothing; returns the name."""
    return default_storage.save(f"posts/{uuid.uuid4()}.webp", picture)


def discard(name: str) -> None:
    """Delete a file once the transaction stands, unless a post or a draft still shows it."""
    if name:
        transaction.on_commit(lambda: _delete_unused(name))


def _delete_unused(name: str) -> None:
    if not (Post.objects.filter(photo=name).exists() or Draft.objects.filter(photo=name).exists()):
        default_storage.delete(name)
