"""The exam and assessment service."""
