"""Music under speech: composed and played by this code alone, from a seed."""
