"""The letters that residents get about their keys to the house: short, plain, in the language of the page."""

from __future__ import annotations

from email import policy
from email.parser import BytesHeaderParser
from pathlib import Path

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _

from residents.models import SigninCode, same_address


def send_code(code: SigninCode) -> None:
    """Six digits, first of all in the subject, where a locked telephone shows them. OSError if no server takes it."""
    digits = f"{code.digits[:3]}\N{NO-BREAK SPACE}{code.digits[3:]}"  # a plain one would swap the halves in Arabic
    words = (
        _("Scrivilo nella pagina che hai aperto: così sappiamo che questo indirizzo è tuo.")
        if code.resident
        else _("Scrivilo nella pagina che hai aperto, ed entri.")
    )
    _send(
        code.email,
        _("%(digits)s è il tuo codice per Filò") % {"digits": digits},
        f"{digits}",
        words,
        _("Vale 15 minuti e una volta sola. Se ne hai chiesti più di uno, vale l’ultimo."),
        _("Non l’hai chiesto tu? Lascia perdere questa lettera: senza il codice non entra nessuno."),
        _("Non darlo a nessuno, nemmeno a chi dice di essere di Filò."),
    )


def tell_taken(email: str) -> None:
    """To an address that somebody wants to add to their profile, and that has a profile already."""
    _send(
        email,
        _("Questo indirizzo ha già un profilo su Filò"),
        _("Qualcuno ha chiesto di aggiungere questo indirizzo al suo profilo, ma qui ne ha già uno."),
        _("Sei tu? Entra con questo indirizzo e usa quel profilo; se non ti serve, cancellalo e poi riprova."),
        _("Non sei tu? Non devi fare niente: il tuo profilo è rimasto com’era."),
    )


def tell_moved(old: str) -> None:
    """To the address that a profile had until now, so that nobody takes it away unseen."""
    _send(
        old,
        _("Il tuo profilo su Filò ha un altro indirizzo"),
        _("Da adesso il codice per entrare arriva a un altro indirizzo, scelto da chi era nel tuo profilo."),
        _("Non l’hai fatto tu? Chiama il luogo di Filò più vicino: lo trovi in fondo a ogni pagina."),
    )


def _send(email: str, subject: str, *paragraphs: str) -> None:
    body = "\n\n".join([*paragraphs, settings.SITE_URL])
    send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [email])


def burn(email: str) -> None:
    """Delete the letters to this address that lie in the folder for mail, where there is one."""
    folder = settings.MAILERS["default"].get("OPTIONS", {}).get("file_path")
    if not folder:
        return
    for letter in Path(folder).glob("*.log"):
        head = BytesHeaderParser(policy=policy.default).parsebytes(letter.read_bytes())
        if same_address(str(head["To"])) == email:  # there its domain may be spelled `xn--…`
            letter.unlink(missing_ok=True)
