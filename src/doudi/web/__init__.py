"""Pages: permission, form, one service call, answer. Everything is readable without JavaScript."""
