"""Token tables for llmcost-hooks: data, and nothing else. Each has its licence in `licenses`."""

from __future__ import annotations

import os

FOLDER = os.path.dirname(os.path.abspath(__file__))
