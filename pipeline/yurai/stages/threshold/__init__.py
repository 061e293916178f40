"""Stage threshold: drop documents below a score, or below the score at which a share of the corpus stays."""
