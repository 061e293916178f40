
from collections import defaultdict
from yurai.extraction.honbun.words import GROUPS, group_bits
G=lambda *n: sum(1<<GROUPS.index(x) for x in n)
import os
YES=G("thread") if "thr" in os.environ.get("V","") else G("content","thread"); NO=G("navigation","around","side","more","social","advert","form","notice","comment","meta")
def free_names(page):
    import os
    M=int(os.environ.get("MANY","3"))
    seen=defaultdict(list)
    for box in page.iter("div","section","main"):
        c=box.get("class") or ""; i=box.get("itemprop") or ""
        if (c or i) and next(box.iterdescendants("p"),None) is not None:
            seen[(box.tag,c,i)].append(box)
    for (t,c,i),boxes in seen.items():
        if len(boxes)>=M:
            bits=group_bits(c+" "+i)
            if bits & YES and not bits & NO:
                for b in boxes:
                    for n in ("class","itemprop"): b.attrib.pop(n,None)
