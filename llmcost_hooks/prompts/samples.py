"""A file of sample values for a prompt's variables: a JSON object, name -> value. Nothing of it is sent by itself."""

from __future__ import annotations

from ..errors import ParseError
from . import Prompt, Sample
from .json_text import parse_json


def parse_samples(text: str) -> Prompt:
    """Raises ParseError for what is no JSON object."""
    values = parse_json(text)
    if not isinstance(values, dict):
        raise ParseError("is no JSON object of sample values", 'Write { "question": "How do I ...?" }.')
    return Prompt((), samples={name: as_sample(value) for name, value in values.items()})


def as_sample(value: object) -> Sample:
    """A JSON value as a template gets it: a number is the text that is written, and 0 is false."""
    if isinstance(value, dict):
        return {str(name): as_sample(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [as_sample(inner) for inner in value]
    if isinstance(value, str | bool) or value is None:
        return value
    return str(value) if value else 0
