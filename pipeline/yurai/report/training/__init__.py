"""Join an order of training with the rows of its tree: which steps saw a page, and which pages a step saw.

steps    the steps of a document or token, and the documents of a step, of one order
trained  the steps of a document by all orders of its tree, in brief
"""
