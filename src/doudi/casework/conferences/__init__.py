"""The county conference (一事一议): agenda, attendance, minutes, votes, tasks."""
