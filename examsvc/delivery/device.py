"""A candidate's machine, as the engine knows it: by the hash of a token that only the machine holds."""

import hashlib


def hash_device(token: str) -> str:
    """What is stored of a machine's token."""
    return hashlib.sha256(token.encode()).hexdigest()
