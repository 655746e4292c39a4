"""How an item is answered, and how the response is marked."""
