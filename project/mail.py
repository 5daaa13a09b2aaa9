"""Where letters go: to the server that EMAIL_URL names, or into a folder."""

from pathlib import Path
from typing import Any

import dj_email_url

SECONDS = 10  # that a mail server has to answer; whoever waits for a code waits with it


def mailers(url: str, folder: Path) -> dict[str, Any]:
    """Django's MAILERS. `url`: like smtp://user:password@host:587/?tls=True; without it letters land in `folder`."""
    if not url:
        return {
            "default": {
                "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
                "OPTIONS": {"file_path": str(folder)},
            }
        }
    named = dj_email_url.parse(url)
    options = {
        "host": named["EMAIL_HOST"],
        "port": named["EMAIL_PORT"],
        "username": named["EMAIL_HOST_USER"] or None,
        "password": named["EMAIL_HOST_PASSWORD"] or None,
        "use_tls": named["EMAIL_USE_TLS"],
        "use_ssl": named["EMAIL_USE_SSL"],
        "timeout": SECONDS,
    }
    return {"default": {"BACKEND": named["EMAIL_BACKEND"], "OPTIONS": options}}
