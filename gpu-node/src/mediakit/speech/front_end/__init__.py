"""What a voice is given instead of a text as it is written: words only, as a person reads them."""
