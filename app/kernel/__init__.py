"""What every room stands on. Knows no room, no Flask, no Redis."""
