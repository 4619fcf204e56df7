"""What is done with accounts: logging in, one's own account, other people's, the roles they have."""
