"""Loads published runs: what was computed, by which rules, from which deliveries of which quality."""
