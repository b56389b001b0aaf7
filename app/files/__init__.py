"""Files that people send: taken in, rebuilt, sealed, handed out again."""
