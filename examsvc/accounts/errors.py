"""What accounts may have to say."""

from __future__ import annotations


class AccountError(Exception):
    """The base of the accounts' errors."""


class Forbidden(AccountError):
    """The actor may not do this."""

    def __init__(self, action: str, code: str = "role") -> None:
        super().__init__(f"{action}: {code}")
        self.action = action
        self.code = code


class LoginRefused(AccountError):
    """The name or the password is wrong, or no password was issued: never said which."""


class RolesClash(AccountError):
    """One person may not hold these roles together."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        super().__init__(f"roles clash: {pairs}")
        self.pairs = pairs


class UsernameTaken(AccountError):
    """Another account has this name."""

    def __init__(self, username: str) -> None:
        super().__init__(f"user name {username} is taken")
        self.username = username
