"""Join an order of training with the rows of its tree: which steps saw a page, and which pages a step saw."""
