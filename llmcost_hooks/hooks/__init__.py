"""Hook entry points: they read argv, environment and standard input, and call one function each.

Nothing here, and nothing that it imports, opens a connection or asks a question.
"""
