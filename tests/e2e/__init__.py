"""The whole house in its own processes, driven by a real browser."""
