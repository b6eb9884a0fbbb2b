"""What providers and tools report of requests that were made -> one record. Pure.

`record` is the record, `sources` finds out whose a payload is, and each source has a file that says what its fields
mean: whether cached tokens are inside or outside of its input, and reasoning inside or outside of its output.
"""
