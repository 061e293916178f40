"""What `import yurai` and the command line both stand on: run a recipe to its end, and open the tree that it made.

build      `yurai.build`: a recipe, inputs and an output become a tree
tree       `yurai.open` and `Tree`: what a finished tree answers
manifest   run.json, typed
arrow      delivered files as Arrow datasets
work       the way of every run: sources, nodes, runner, stages, audit, report
words      what is worth a warning at the end of a run
places     inputs, outputs and what may be reached, checked as they are given
runners    what runs tasks, started and ended in order
fitness    nodes of a cluster, examined before work begins

Modules import what they use where they use it, so that opening a tree costs no more than reading run.json.
"""
