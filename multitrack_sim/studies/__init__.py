"""Questions put to the model: runs and their analysis together."""
