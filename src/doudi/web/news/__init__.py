"""What others did that asks for the office, and what the last run brought."""
