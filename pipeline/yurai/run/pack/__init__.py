"""Make the order of training of a finished tree: `yurai pack`. What an order holds is said in `yurai.tokens.order`."""
