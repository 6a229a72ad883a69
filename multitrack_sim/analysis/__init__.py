"""What the runs mean: estimates with their uncertainty."""
