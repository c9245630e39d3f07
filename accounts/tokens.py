"""Tokens of reset links."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.tokens import PasswordResetTokenGenerator


class ResetTokens(PasswordResetTokenGenerator):
    """A link dies with the password, the next login, or the end of the user's sessions."""

    key_salt = "accounts.reset"

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}.{user.session_epoch}.{user.is_active}"


reset_tokens = ResetTokens()
