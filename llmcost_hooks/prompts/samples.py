"""A file of sample values for a prompt's variables: a JSON object, name -> value. Nothing of it is sent by itself."""

from __future__ import annotations

from ..errors import ParseError
from . import Prompt
from .json_text import parse_json


def parse_samples(text: str) -> Prompt:
    """Raises ParseError for what is no JSON object."""
    values = parse_json(text)
    if not isinstance(values, dict):
        raise ParseError("is no JSON object of sample values", 'Write { "question": "How do I ...?" }.')
    return Prompt((), samples=values)
