"""Recomputes only those whom a delivery touches, from a run of the same day; what is published is byte for byte that of a full run (ADR 0008)."""
