"""Mails that follow a decision, sent by the worker. A job holds ids only."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from mutual_aid.letters import NotSent
from mutual_aid.models import Post, PostChange


def tell_the_author_why(post: Post) -> None:
    """Put the mail about a refusal in the queue of jobs, in the transaction of the refusal itself."""
    refusal = post.changes.filter(what=PostChange.What.REMOVED).latest("at")
    if post.author and post.author.email:
        write_about_refusal.configure(queueing_lock=f"refusal {refusal.pk}").defer(change_id=refusal.pk)


@app.task(name="moderation.write_about_refusal", retry=RetryStrategy(max_attempts=5, exponential_wait=30))
def write_about_refusal(change_id: int) -> None:
    """Tell an author by mail, in their language, why their post was taken away. Nothing if either is gone meanwhile.

    Raises NotSent.
    """
    refusal = PostChange.objects.select_related("post__author", "post__city").filter(pk=change_id).first()
    author = refusal and refusal.post.author
    if not refusal or not author or not author.email:
        return
    with translation.override(author.interface_language):
        page = f"{settings.SITE_URL}{refusal.post.get_absolute_url()}"
        words = render_to_string("moderation/refused.txt", {"author": author, "refusal": refusal, "page": page})
        try:
            send_mail(_("Il tuo biglietto su Filò"), words, None, [author.email])
        except Exception as failure:  # what a mail server says often repeats the address, and would stand in the log
            raise NotSent(type(failure).__name__) from None
