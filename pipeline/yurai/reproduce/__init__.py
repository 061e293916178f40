"""Reproduce: fetch the bytes of sampled pages again, make their rows and tokens anew, and say what differs and why.

    found = reproduce(open_store("out"), Sample(20), Places(["s3://mirror/"], base, ()))

`stored` draws the sample and reads what an output holds of it, `places` reads the ranges that the rows name, `refetch`
puts them where the readers of inputs find them, `remake` goes from records to rows and tokens, `versions` tells which
recorded versions are others than those here, and `compare` says what differs. `release` writes what may be given to
others, and makes the rest again by the same way.
"""

from yurai.reproduce.compare import Difference
from yurai.reproduce.places import Places
from yurai.reproduce.report import Reproduced, Result, Verdict
from yurai.reproduce.stored import Sample
from yurai.reproduce.verify import reproduce
from yurai.reproduce.versions import Change

__all__ = ["Change", "Difference", "Places", "Reproduced", "Result", "Sample", "Verdict", "reproduce"]
