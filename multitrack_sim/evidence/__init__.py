"""What the record says, and how the model is held against it."""
