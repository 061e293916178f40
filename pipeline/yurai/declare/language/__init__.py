"""Decide the language of a text: what an identifier says of it, as far as its letters leave that possible."""
