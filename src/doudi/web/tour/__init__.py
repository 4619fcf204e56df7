"""What somebody sees the first time: three screens."""
