"""Sign what run.json says, with a key of one's own, so that whoever has the public key sees every edit.

    keys        Ed25519 keys in PEM files
    envelope    DSSE: what is signed, and by whom
    statement   in-toto: the digest of run.json, its roots, the signer and the time, in OUT/signatures/<key id>.json
    curve_keys  keys of NIST curves, which sign bundles
    bundle      what a bundle of OpenSSF Model Signing says, in OUT/signatures/<id>.oms.json
    oms         make such a bundle (extra `oms`)
    authority   ask for a time stamp of RFC 3161 (extra `timestamp`)
    timestamp   check one, in OUT/signatures/<name of the signature>.tsr
    der         order of DER, for answers that lack it
    files       names in signatures/, and how much of them is read

Signatures lie outside of all digests: signing changes nothing of a run.
"""
