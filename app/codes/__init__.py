"""Printed codes: what hangs where, what it opens, how often it is scanned."""
