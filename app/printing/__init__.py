"""Sheets of paper: posters now, letters later. Knows type and ink, no records."""
