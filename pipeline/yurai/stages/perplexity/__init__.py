"""Stage perplexity: how surprising a KenLM language model finds a document."""
