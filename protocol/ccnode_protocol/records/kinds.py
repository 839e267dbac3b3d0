"""What kinds of entries are there, and what stands in their meta and content?

Every node must read these alike. Meta is kept for ever and holds links and decisions; content can be erased and holds
words. Kinds below 16 belong to chains and keys, from 16 on to conversations. Kinds that this program does not know are
stored, proven and passed on, and have no effect.

    kind  name              meta                                                     content
       1  epoch-opened      predecessor: null or [epoch, audience, seq, digest, node]  -
       2  node-certified    certificate, signature                                   -
       3  node-revoked      revocation, signature                                    -
       4  node-named        -                                                        name
       5  node-trusted      node, tier                                               -
      16  session-opened    session, parent, said, origin                            title
      17  message           session, parent, role, key, over, sources, model, state, said, origin, plate  text
      18  session-titled    session                                                  title
      19  session-ended     session                                                  -
      20  forget-ordered    session or message, due_ms, bodies, owner, issued_ms, signature  -
      21  forget-cancelled  order                                                    -
      22  erasure-done      order, bodies                                            -
      23  memory-marked     message, mark                                            -
      24  card-kept         card, form                                               name, json
      25  plate-kept        plate, previous, owner, issued_ms, signature             text
      26  baseline-set      spec, values, words, owner, issued_ms, signature         -
      27  measured          reply, spec, baseline, words, window, own, vector, closed, closes, figures  -
      29  note-kept         note, sources                                            text
      48  packet-kept       packet, sources                                          a packet (knowledge.py)
      49  packet-rejected   packet                                                   -

Identifiers of sessions are 16 bytes (a UUID), digests 32, keys 16. Absent fields are left out, never null (except
`predecessor`). A reader ignores fields it does not know.
"""

from __future__ import annotations

from enum import IntEnum

from ccnode_crypto.entry import KIND_EPOCH_OPENED


class Kind(IntEnum):
    """What an entry records."""

    EPOCH_OPENED = KIND_EPOCH_OPENED
    NODE_CERTIFIED = 2
    NODE_REVOKED = 3
    NODE_NAMED = 4
    NODE_TRUSTED = 5
    SESSION_OPENED = 16
    MESSAGE = 17
    SESSION_TITLED = 18
    SESSION_ENDED = 19
    FORGET_ORDERED = 20
    FORGET_CANCELLED = 21
    ERASURE_DONE = 22
    MEMORY_MARKED = 23
    CARD_KEPT = 24
    PLATE_KEPT = 25
    BASELINE_SET = 26
    MEASURED = 27
    NOTE_KEPT = 29
    PACKET_KEPT = 48
    PACKET_REJECTED = 49
