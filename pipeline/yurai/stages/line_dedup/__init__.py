"""Keep one of the equal lines or paragraphs of the corpus: stage line-dedup."""
