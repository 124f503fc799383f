"""What is made of all days at once: credits, rates, and the metered held against the billed."""
