"""Translations come to life without GNU gettext, when their words changed."""

import gettext
import os
from pathlib import Path

from project.translations import compile_stale

WORDS = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Bentornata"
msgstr "Welcome back"

msgid "%d vicino"
msgid_plural "%d vicini"
msgstr[0] "%d neighbour"
msgstr[1] "%d neighbours"

#, fuzzy
msgid "Vicino"
msgstr "Wine"
"""


def catalogue(folder: Path) -> Path:
    source = folder / "frontend" / "locale" / "en" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(WORDS)
    return source


def test_words_plurals_and_accents_arrive_and_guesses_do_not(tmp_path: Path) -> None:
    source = catalogue(tmp_path)
    assert compile_stale(tmp_path) == [source.with_suffix(".mo")]
    with source.with_suffix(".mo").open("rb") as file:
        english = gettext.GNUTranslations(file)
    assert english.gettext("Bentornata") == "Welcome back"
    assert english.ngettext("%d vicino", "%d vicini", 2) == "%d neighbours"
    assert english.gettext("Vicino") == "Vicino"


def test_only_what_is_older_than_its_words_is_made_again(tmp_path: Path) -> None:
    source = catalogue(tmp_path)
    compile_stale(tmp_path)
    assert compile_stale(tmp_path) == []
    later = source.stat().st_mtime + 10
    os.utime(source, (later, later))
    assert compile_stale(tmp_path) == [source.with_suffix(".mo")]
