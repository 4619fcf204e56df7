"""Logging in and out, the own account."""
