"""The notary: builds the Merkle tree over a log, signs its size and root, and has witnesses cosign that."""
