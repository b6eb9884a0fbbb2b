"""Imported first by every process that the tests start: the day that they all believe in, whatever the clock says.

Prices expire; what the tests say of them must not. PINNED_TIME names another moment.
"""

import os
import time

PINNED = 1795867200.0  # 2026-11-28T12:00:00Z, within the bundled prices' time

if __name__ == "sitecustomize":
    moment = float(os.environ.get("PINNED_TIME", PINNED))
    time.time = lambda: moment  # the name that `llmcost_hooks.clock` asks
