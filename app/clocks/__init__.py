"""Working days, time limits, and how near their end is."""
