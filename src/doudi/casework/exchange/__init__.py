"""What people decided goes back to the runs as a dataset; what departments owe the platform is shown to them."""
