"""The same story as departments send it: files of many forms, with slips, corrections and a manifest, and what is true of every row."""
