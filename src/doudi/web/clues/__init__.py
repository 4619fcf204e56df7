"""Clues raised without any alert (主动发现), and changes of files that visits propose."""
