"""Doudi (兜底): deliveries in, explained leads out. The rooms and their directions: docs/explanation/architecture.md."""
