"""What an author typed into the item's form, and the wording that it makes; knows no Flask."""
