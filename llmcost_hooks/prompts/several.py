"""Several requests in one file as one Prompt: lines of a batch, functions or constants of a source file."""

from __future__ import annotations

from ..errors import ParseError
from . import Prompt


def together(requests: list[tuple[str, Prompt]], hint: str) -> Prompt:
    """All messages in their order. `requests` are given with their places, as errors name them.

    Raises ParseError where the requests name different models: one Prompt has one price.
    """
    models: dict[str, str] = {}
    for place, prompt in requests:
        if prompt.model:
            models.setdefault(prompt.model, place)
    if len(models) > 1:
        raise ParseError(f"names different models ({' and '.join(list(models.values())[:2])})", hint)
    prompts = [prompt for _, prompt in requests]
    caps = [prompt.output_cap for prompt in prompts]
    samples = {name: sample for prompt in reversed(prompts) for name, sample in prompt.samples.items()}
    return Prompt(
        tuple(message for prompt in prompts for message in prompt.messages),
        tools=tuple(tool for prompt in prompts for tool in prompt.tools),
        model=next(iter(models), None),
        output_cap=max(cap or 0 for cap in caps) or None if all(caps) else None,  # of one request, the largest
        samples=samples,
        not_sent=tuple(dict.fromkeys(word for prompt in prompts for word in prompt.not_sent)),
        images=tuple(image for prompt in prompts for image in prompt.images),
        forces_tool=any(prompt.forces_tool for prompt in prompts),
        requests=sum(prompt.requests for prompt in prompts),
    )
