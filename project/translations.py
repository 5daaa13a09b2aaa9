"""Translations are compiled when their sources are newer, without GNU gettext, which a bare machine lacks."""

from pathlib import Path

from project.data_folder import ROOT


def compile_stale(folder: Path = ROOT) -> list[Path]:
    """Make each django.mo under `folder`/*/locale that is missing or older than its django.po; return those made."""
    sources = folder.glob("*/locale/*/LC_MESSAGES/django*.po")
    return [_compile(source) for source in sources if _is_stale(source)]


def _is_stale(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime


def _compile(source: Path) -> Path:
    import polib  # only when there is something to do

    compiled = source.with_suffix(".mo")
    fresh = compiled.with_suffix(".new")  # a reader never meets half a file
    polib.pofile(str(source)).save_as_mofile(str(fresh))
    return fresh.rename(compiled)
