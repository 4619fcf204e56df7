"""Whose row is it: Doudi's linkage beside plain Splink, on damaged rows with their truth, and on the FEBRL data sets."""
