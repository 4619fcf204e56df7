"""Visits, proposed changes, applications and the sheet for families: made for a telephone first."""
