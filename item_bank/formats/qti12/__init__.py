"""QTI 1.2 as Canvas exports it, and as text2qti and qti-package-maker write it: read, never written."""
