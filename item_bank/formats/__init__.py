"""The forms in which items leave and enter the bank."""
