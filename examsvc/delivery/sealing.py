"""A form under seal: ciphertext may go out before the start, the small key that opens it only then."""

import hmac
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

IV_BYTES: Final = 12


def content_key(form_secret: bytes, form_id: int, plaintext: bytes) -> bytes:
    """32 bytes: one key for one text of one form, so that its fixed initialisation vector never repeats."""
    return _derive(form_secret, f"content:{form_id}:{sha256(plaintext).hexdigest()}")


def emergency_key(form_secret: bytes, sitting_id: int) -> bytes:
    """32 bytes for the file in which a candidate's unsent events leave a machine that reaches no server."""
    return _derive(form_secret, f"emergency:{sitting_id}")


def seal(key: bytes, plaintext: bytes) -> bytes:
    """Initialisation vector and AES-256-GCM ciphertext with its tag; equal inputs give equal bytes.

    The vector is derived from the key: every worker process then serves the same bytes, and none is stored.
    """
    iv = _derive(key, "iv")[:IV_BYTES]
    return iv + AESGCM(key).encrypt(iv, plaintext, None)


def unseal(key: bytes, sealed: bytes, associated: bytes | None = None) -> bytes:
    """The text again. Raises cryptography's InvalidTag when key or bytes are not those it was sealed with."""
    return AESGCM(key).decrypt(sealed[:IV_BYTES], sealed[IV_BYTES:], associated)


def _derive(secret: bytes, purpose: str) -> bytes:
    return hmac.digest(secret, purpose.encode(), sha256)
