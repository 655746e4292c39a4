"""One function per use case, one transaction each."""

from examsvc.services.deps import Services

__all__ = ["Services"]
