"""How a line of the log is written: without what would open the house to whoever reads it."""

from __future__ import annotations

import logging
import re

from django.conf import settings


class Discreet(logging.Formatter):
    """The usual formatter, except that a sign-in link never stands in what it writes, whoever logs the address."""

    def format(self, record: logging.LogRecord) -> str:
        return re.sub(settings.UNLOGGED_PARTS_OF_PATHS, "…", super().format(record))
