"""How stages, rules, lists and models are declared and checked, and what every stage does with record batches."""
