"""Faults on purpose: what is killed, cut, filled and forged, and what must hold all the same."""
