"""What may they receive?

A household is screened against every programme of the law as it stands on a day; each answer is stored as a determination with its
reasons, the facts used and the version of the law, so that it can be recomputed to the byte. A determination informs; a decision,
which an agency takes under its own Act, binds, and is another table.
"""
