"""Who may see and do what: accounts, roles, memberships; the scope that the database itself enforces; sealed ID numbers."""
