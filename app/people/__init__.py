"""Citizens, staff, offices, and what each of them may do and see."""
