"""The pages of the administrators: accounts and roles, the audit log, the system."""
