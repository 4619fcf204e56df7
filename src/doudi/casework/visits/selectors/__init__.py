"""What is shown; the scope of who asks is the database's to keep."""
