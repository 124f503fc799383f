"""What a person who keeps the price book asks of it. Nothing here prices a stored request."""
