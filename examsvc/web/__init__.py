"""The pages: a room per audience."""
