"""What stands in for the outside world when one machine shows the whole system.

Not installed in production: the settings refuse to start beside it.
"""
