"""Items in QTI 2.1, 2.2 and 3.0: read from packages of any tool, marked as the standard says, written."""
