"""Who may do what: users, roles and the one permission table."""
