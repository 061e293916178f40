"""Stage filter: the rules of a recipe over stored measures."""
