"""The driver's side of stages that reduce: which steps each has, and which tasks a step has.

What a task does is in `yurai.steps`, what it computes in `yurai.dedup`; how rows travel between steps in
`yurai.exchange`.
"""
