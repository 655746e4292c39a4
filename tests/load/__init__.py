"""Real servers under load: a lean driver with a ledger of acknowledgements, and the servers it drives."""
