"""Declare and check stages, rules, lists and models, and build the record batches that every stage handles."""
