"""A link that signs one person in, once: for the demo, and for who lost every other key."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import translation

from residents.models import Resident, SigninLink, same_address


class Command(BaseCommand):
    help = "Print a link that signs a person in. It works once, for 12 hours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address of the person")
        parser.add_argument("--base", default=settings.SITE_URL, help="where the house is, for example %(default)s")

    def handle(self, *args: Any, email: str, base: str, **options: Any) -> None:
        resident = Resident.objects.filter(email=same_address(email)).first()
        if resident is None:
            raise CommandError("Con questo indirizzo non c’è nessuno. / Nobody here has this address.")
        with translation.override(resident.interface_language):
            path = reverse("sign-in-link", args=[SigninLink.make(resident)])
        self.stdout.write(base.rstrip("/") + path)
