"""Puts the casework site together: typed options, Django's settings, the database and its roles, addresses, commands."""
