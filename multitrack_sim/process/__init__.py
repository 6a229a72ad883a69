"""What happens in a month: one file per phase, in schedule order."""
