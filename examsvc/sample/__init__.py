"""The sample organisation, bank and campaign that `make run` shows."""
