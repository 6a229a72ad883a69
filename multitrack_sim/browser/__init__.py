"""The model in a page."""
