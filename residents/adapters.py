"""How allauth's parts behave in our house."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by a proved code or at the desk, never by allauth's own sign-up."""

    def is_open_for_signup(self, request: Any) -> bool:
        return False


class PasskeyAdapter(DefaultMFAAdapter):
    """A passkey is another key, not a second lock: having one never keeps a person out of another device."""

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        """Whether `user` must show a passkey after their code. See `spaces.passkeys` for who must."""
        return False

    def has_passkey(self, user: Any) -> bool:
        return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).exists())

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "Filò"}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        """What the person's own device shows when it offers the key."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return {**entity, "name": user.email or user.public_name, "display_name": user.public_name}
