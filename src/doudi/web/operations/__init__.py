"""For those who run the site: whether it is alive, whether it can serve, what it measures."""
