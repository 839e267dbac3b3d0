"""Keys, canonical bytes, entries, chains and proofs: what is signed, byte by byte.

No IO, clock or chance: salts, times and key seeds come in as arguments. The specification is the room's README.
"""
