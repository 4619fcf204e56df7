"""Readers: from a delivered file's bytes to sheets of raw rows. The form is found by content, never by the extension."""
