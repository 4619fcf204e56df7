"""A synthetic province: households, their lives, and what 36 datasets say of them. Nobody in it is real (docs/how-to/simulate.md)."""
