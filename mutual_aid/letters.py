"""Letters to authors about what they wrote: short, in their language, with links to pages that ask before acting."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from mutual_aid.lasting import day_of
from mutual_aid.models import Post


class NotSent(Exception):
    """No mail server took the letter. Says which kind of failure it was, not to whom: that would stand in the log."""


def remind(post: Post) -> None:
    """That `post` is soon over, with ways to renew and to withdraw it. Raises NotSent."""
    assert post.author is not None and post.author.email
    with translation.override(post.author.interface_language):
        day = date_format(day_of(post.city, post.expires_at), "j F")
        facts = {"title": post.title, "day": day.lower() if translation.get_language() == "it" else day}
        body = "\n\n".join(
            [
                _("Ciao! Il tuo biglietto «%(title)s» resta in bacheca fino al %(day)s.") % facts,
                _("Serve ancora? Rinnovalo: %(link)s") % {"link": _link("post-renew", post)},
                _("Non serve più? Ritiralo: %(link)s") % {"link": _link("post-withdraw", post)},
                _("Se non fai niente, dopo quel giorno lo stacchiamo noi."),
                _("Filò"),
            ]
        )
        _send(post.author.email, _("Il tuo biglietto resta fino al %(day)s") % facts, body)


def _link(route: str, post: Post) -> str:
    return f"{settings.SITE_URL}{reverse(route, args=[post.city.slug, post.pk])}"


def _send(email: str, subject: str, body: str) -> None:
    try:
        send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [email])
    except Exception as failure:  # what a mail server says often repeats the address
        raise NotSent(type(failure).__name__) from None
