"""Stage line-dedup: of equal lines or paragraphs of the corpus one stays."""
