"""How long hypothesis searches where one example is expensive: a share of what the profile asks for."""

from __future__ import annotations

from hypothesis import settings


def part(of: int) -> settings:
    """Every `of`-th of the profile's examples; the nightly profile so goes on searching where others stop."""
    return settings(max_examples=max(1, settings().max_examples // of))
