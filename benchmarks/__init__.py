"""How fast we are, next to what the same machine does bare."""
