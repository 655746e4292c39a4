"""What the store may have to say."""


class StoreError(Exception):
    """The base of the store's errors."""


class NotFound(StoreError):
    """No row of this kind has this identity."""

    def __init__(self, kind: str, identity: object) -> None:
        super().__init__(f"{kind} {identity} not found")
        self.kind = kind
        self.identity = identity


class StoreBusy(StoreError):
    """The one writer could not be had in time, or others stood in each other's way; nothing was stored."""


class StoreDown(StoreBusy):
    """The database does not answer, or ended the connection: whether anything was stored is not known."""


class StoreFull(StoreBusy):
    """The database's disk is full: nothing was stored, and nothing can be until there is room."""


class EventIdTaken(StoreError):
    """An event's id is in the sitting's log already: the transaction that met it is lost."""


class WriterTaken(StoreError):
    """Another process is the embedded database's one writer."""

    def __init__(self, path: str) -> None:
        super().__init__(f"another process holds {path}")
        self.path = path


class SchemaBehind(StoreError):
    """The database's schema is not the one this code was written for."""
