"""Who must show a passkey after the code: the one exception to «a passkey is another key, not a second lock»."""

from typing import Any

from residents.adapters import PasskeyAdapter
from spaces.models import CityRole


class AdministratorsShowTheirKey(PasskeyAdapter):
    """Whoever administers a city and has a passkey shows it too; who has none is asked to add one on their page."""

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        administers = CityRole.objects.filter(resident=user, role=CityRole.Role.ADMINISTRATOR)
        return administers.exists() and self.has_passkey(user)
