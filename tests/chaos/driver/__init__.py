"""The chaos driver: a real deployment, seeded faults, buyers who go on through them, and their history."""
