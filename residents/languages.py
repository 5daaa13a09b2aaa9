"""The languages people speak here: what speakers call each, and what it is called in the language of the page."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

LANGUAGES = [
    ("it", "italiano"),
    ("vec", "veneto"),
    ("en", "English"),
    ("ro", "română"),
    ("sq", "shqip"),
    ("ar", "العربية"),
    ("fr", "français"),
    ("uk", "українська"),
    ("zh", "中文"),
    ("es", "español"),
    ("ur", "اردو"),
    ("bn", "বাংলা"),
    ("si", "සිංහල"),
    ("ru", "русский"),
    ("tl", "Tagalog"),
    ("pa", "ਪੰਜਾਬੀ"),
    ("pt", "português"),
    ("de", "Deutsch"),
    ("pl", "polski"),
    ("tr", "Türkçe"),
    ("lis", "LIS"),
]
NAMES = {
    "it": _("italiano"),
    "vec": _("veneto"),
    "en": _("inglese"),
    "ro": _("rumeno"),
    "sq": _("albanese"),
    "ar": _("arabo"),
    "fr": _("francese"),
    "uk": _("ucraino"),
    "zh": _("cinese"),
    "es": _("spagnolo"),
    "ur": _("urdu"),
    "bn": _("bengalese"),
    "si": _("singalese"),
    "ru": _("russo"),
    "tl": _("tagalog"),
    "pa": _("punjabi"),
    "pt": _("portoghese"),
    "de": _("tedesco"),
    "pl": _("polacco"),
    "tr": _("turco"),
    "lis": _("lingua dei segni"),
}


def language_choices() -> Iterator[tuple[str, str]]:
    """For forms: the page's name of each, then its own, so that the desk and the speaker both find it."""
    for code, own in LANGUAGES:
        name = str(NAMES[code])
        yield code, name if name.lower() == own.lower() else f"{name} · {own}"
