from typing import Any

from django.core.management.base import BaseCommand

from project.bilingual import say
from project.demo.loading import is_loaded, load


class Command(BaseCommand):
    help = "Load the demo: twelve cities, Rovigo full of life. Where it is loaded already, nothing is written."

    def handle(self, **options: Any) -> None:
        if is_loaded():
            say("Le città di prova ci sono già.", "The demo cities are here already.")
            return
        load()
        say("Fatto: a Rovigo ci si dà già una mano.", "Done: in Rovigo neighbours already lend each other a hand.")
