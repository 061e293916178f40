"""A stage that reduces: of the pages of a host, the longest one stays."""
