"""The Ledger port's contract, held by every database it runs on, and what each of them does under faults."""
