"""What happens next: deterministic, one file per business process, plus the kit."""
