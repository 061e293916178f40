"""Sign what run.json says, with a key of one's own, so that whoever has the public key sees every edit.

    keys       Ed25519 keys in PEM files
    envelope   DSSE: what is signed, and by whom
    statement  in-toto: the digest of run.json, its roots, the signer and the time, in OUT/signatures/<key id>.json

Signatures lie outside of all digests: signing changes nothing of a run.
"""
