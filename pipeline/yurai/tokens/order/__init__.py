"""Fix the order of training: which tokens of which document make sample number p, for every p.

    permutation  shuffle 0..n-1 without a list: each number's new place, and back, in constant memory
    mix          how often each document occurs in an epoch, by the weights of sources
    policies     make samples of equal length out of documents in a row
    samples      read the samples of an order that `yurai pack` wrote

Nothing here runs tasks; `yurai.run.pack` does.
"""
