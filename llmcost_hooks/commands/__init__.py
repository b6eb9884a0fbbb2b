"""One file a command: arguments in, three or four calls, one text out, an exit code."""
