"""What every test may lean on: real servers once a run, a fresh database each."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# A fixed seed keeps `make test` repeatable; the nightly profile searches further.
settings.register_profile(
    "default", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("nightly", deadline=None, max_examples=20_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
