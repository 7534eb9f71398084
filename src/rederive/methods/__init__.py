"""Statistics from counts, effects and simulated data."""
