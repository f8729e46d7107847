"""Media files that strangers brought: what they are, and the only way to open them."""
