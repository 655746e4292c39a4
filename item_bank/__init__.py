"""What an item is, when it may be used, and how it is exchanged."""
