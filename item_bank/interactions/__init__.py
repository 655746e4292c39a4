"""How an item is responded to: its parts, how a response is written down, and how it is marked."""
