import signal
from argparse import ArgumentParser
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from live import door
from project import database
from project.bilingual import say
from project.data_folder import check_space, data_folder
from project.demo.people import DEMO_PEOPLE
from project.listening import check_port, is_loopback, refusal
from project.preparing import prepare
from project.worker import Worker


class Command(BaseCommand):
    help = "Serve Filò: database, jobs and pages, until Ctrl-C. bin/run calls this on a machine where all is installed."
    requires_system_checks = []  # bin/check makes them; a second start should be quick

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--no-demo", dest="demo", action="store_false", help="leave the demo city out")

    def handle(self, *, host: str, port: int, demo: bool, **options: Any) -> None:
        check_port(host, port)
        check_space()
        say(f"Filò parte: i dati stanno in {data_folder()}.", f"Filò is starting: its data live in {data_folder()}.")
        try:
            database.ensure_running()
            prepare(demo=demo)
            with Worker() as worker:
                House(worker, host, port, demo=demo).serve()
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):  # a second Ctrl-C must not cut the tidying short
                signal.signal(number, signal.SIG_IGN)
            database.stop()
        say("Filò si è fermato; i dati restano dove sono.", "Filò has stopped; the data stay where they are.")


class House(door.Server):
    """The door, and what must happen when it opens and when it begins to close."""

    def __init__(self, worker: Worker, host: str, port: int, *, demo: bool) -> None:
        from asgi import application

        super().__init__(application)
        self.worker, self.host, self.at_port, self.demo = worker, host, port, demo

    def serve(self) -> None:
        from twisted.internet import reactor  # not at the top: Daphne chooses which one it is

        reactor.callWhenRunning(self.welcome)
        try:
            self.run_at(self.host, self.at_port)
        except OSError as reason:
            raise refusal(self.host, self.at_port, reason) from None

    def stop_politely(self) -> None:
        if not self.stopping:
            say("Filò si ferma: finisco quello che è in corso.", "Filò is stopping: finishing what is under way.")
        self.worker.stop()  # at the same moment: both have their eight seconds
        super().stop_politely()

    def welcome(self) -> None:
        say(
            f"Ecco Filò: {settings.SITE_URL}/ (Ctrl-C per fermarlo)",
            f"Here is Filò: {settings.SITE_URL}/ (Ctrl-C stops it)",
        )
        if self.demo and is_loopback(self.host):
            introduce_people()


def introduce_people() -> None:
    """Print a one-time link for each person of the demo. Only where nobody else can read the screen."""
    say("Chi vuoi essere? Ogni indirizzo vale una volta.", "Who would you like to be? Each address works once.")
    for person in DEMO_PEOPLE[:3]:
        link = StringIO()
        call_command("signin_link", person.email, stdout=link)
        say(person.it, f"{person.en}\n    {link.getvalue().strip()}")
