"""Verify a tree offline: signatures, then every byte from run.json down, then rows against Merkle roots.

signatures  all that lies in signatures/
chain       the bytes of all that run.json leads to: steps, their parts, tasks, and files
strays      what nothing leads to
damage      which row or document a changed byte is in
tree        all of it, and who signed
outside     what is not verified, and why
"""
