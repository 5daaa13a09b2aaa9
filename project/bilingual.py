"""What the terminal says: everything in Italian and in English, because whoever runs Filò may read only one."""

import sys


def say(italian: str, english: str) -> None:
    """Print one sentence twice, at once even when the output is a pipe."""
    sys.stdout.write(f"{italian}\n    {english}\n")
    sys.stdout.flush()


class CannotStart(Exception):
    """Why Filò does not start: one sentence for a person, in two languages, instead of a traceback."""

    def __init__(self, italian: str, english: str) -> None:
        super().__init__(italian, english)
        self.italian = italian
        self.english = english

    def __str__(self) -> str:
        return f"{self.italian}\n    {self.english}"
