"""The live channel: a small process that tells waiting pages that something has changed."""
