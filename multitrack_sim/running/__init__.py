"""How runs are found and kept."""
