"""The ticket that lets a page listen: signed, short-lived, and worth nothing but the word "changed"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from itsdangerous import BadData, URLSafeTimedSerializer

GOOD_FOR_S: Final = 12 * 3600  # a page is loaded once and comes back with the same ticket all through an exam
_SALT: Final = "examsvc live channel"  # the key is derived: a ticket is no cookie, and a cookie no ticket
_LARGEST: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Ticket:
    """Whose changes may be heard."""

    sitting_id: int
    administration_id: int


def sign_ticket(secret_key: str, ticket: Ticket) -> str:
    """The ticket as it stands in an address."""
    return str(_signer(secret_key).dumps([ticket.sitting_id, ticket.administration_id]))


def find_ticket(secret_key: str, text: str) -> Ticket | None:
    """The ticket, or None when it is not ours, was altered or has run out."""
    try:
        content = _signer(secret_key).loads(text, max_age=GOOD_FOR_S)
    except BadData:
        return None
    if not isinstance(content, list) or len(content) != 2:
        return None
    if not all(type(one) is int and 0 < one <= _LARGEST for one in content):
        return None
    return Ticket(*content)


def _signer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt=_SALT)
