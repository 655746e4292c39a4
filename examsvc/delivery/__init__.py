"""An administration, its sittings, their time and their append-only log of response events."""
