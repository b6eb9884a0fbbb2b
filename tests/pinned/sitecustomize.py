"""Imported first by every process that the tests start: the day that they all believe in, whatever the clock says.

Prices expire; what the tests say of them must not.
"""

import time

PINNED = 1795867200.0  # 2026-11-28T12:00:00Z, within the bundled prices' time

if __name__ == "sitecustomize":
    time.time = lambda: PINNED  # the name that `llmcost_hooks.clock` asks
