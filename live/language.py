"""In which language to answer what never gets as far as Django's middleware."""

from django.http import HttpRequest
from django.utils.translation import get_language_from_request


def language_of(accept_language: str) -> str:
    """The code of our language that an Accept-Language header likes best; Italian when it names none of ours."""
    request = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = accept_language
    return get_language_from_request(request)
