"""Cells of tables that leave the site."""

from __future__ import annotations


def plain(value: object) -> str:
    """A cell that a spreadsheet program takes for text: one that began like a formula could be run by it."""
    text = str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
