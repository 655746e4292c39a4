"""What a file that leaves the bank bears of its recipient: to be read by anybody, and to be traced by us."""
