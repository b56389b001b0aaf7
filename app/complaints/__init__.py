"""码上监督: service complaints and sealed reports, kept apart from the first click."""
