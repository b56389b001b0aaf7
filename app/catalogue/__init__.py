"""Matters, their guides and revisions, releases, packages, places and search."""
