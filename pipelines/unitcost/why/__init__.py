"""From a number back to what it is made of: requests, price rows, files and lines."""
