"""`python -m llmcost_hooks` is `llm-cost`."""

from .cli import run

run()
