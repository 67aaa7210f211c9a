"""Questions about what figures show."""
