"""Proof that a log is whole and unaltered, in the public formats of transparency logs: a Merkle tree over the leaves of
the log (RFC 6962, RFC 9162), tiles that it is kept in, checkpoints that are signed and cosigned, and proofs (C2SP).

Pure, as all of `events`: bytes come in, and bytes or a refusal go out. What is served, sent and kept is elsewhere. The
formats are those of C2SP/C2SP at commit 5ba5ee8: signed-note and tlog-checkpoint 1.0.0, tlog-cosignature 1.0.1,
tlog-tiles 0.1.0, tlog-proof and tlog-policy, which have no release.
"""
