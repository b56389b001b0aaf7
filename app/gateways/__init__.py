"""Clients of outside systems, one file each."""
