"""What people see: figures and words."""
