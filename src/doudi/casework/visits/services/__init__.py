"""What people do: each service takes who acts, checks, writes and keeps an audit entry in one transaction."""
