"""Visits, clues raised by people, findings that become proposed changes of a household's file, applications."""
