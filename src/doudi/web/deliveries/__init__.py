"""What departments delivered, and how good it is."""
