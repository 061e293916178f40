"""Stage tokenize: from documents to shards of tokens with an index from token to document."""
