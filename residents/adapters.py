"""How allauth's parts behave in our house."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by a proved code or at the desk, never by allauth's own sign-up."""

    def is_open_for_signup(self, request: Any) -> bool:
        return False


class PasskeyAdapter(DefaultMFAAdapter):
    """A passkey is another key, not a second lock: having one never keeps a person out of another device."""

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        return False
