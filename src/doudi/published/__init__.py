"""The published run: its schema, its writer and its reader. Both halves of the platform meet here; pyarrow is all it needs."""
