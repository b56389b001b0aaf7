"""What a person was told: notices, and whether they have read them. Sends nothing."""
