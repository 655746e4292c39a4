"""Long work, run from rows of the job table."""
