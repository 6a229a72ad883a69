"""One run told and explained."""
