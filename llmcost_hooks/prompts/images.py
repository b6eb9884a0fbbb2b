"""Images of a request, as far as their size is stated. None is opened."""

from __future__ import annotations

from typing import Any, NamedTuple

DETAILS = ("low", "medium", "high", "ultra_high")
MAX_SIDE = 99_999


class Image(NamedTuple):
    """Pixels; 0 where they are not stated. `detail` is "" where it is not stated."""

    width: int = 0
    height: int = 0
    detail: str = ""


def stated_image(part: dict[str, Any]) -> Image | None:
    """What a part of a message's content says of its image; None where it says neither size nor detail.

    `width` and `height` may stand beside the image, or in its object (`image_url`, `source`, `image`).
    """
    places = [part, *(part[key] for key in ("image_url", "source", "image") if isinstance(part.get(key), dict))]
    width, height = (_first(places, side, int) or 0 for side in ("width", "height"))
    detail = _first(places, "detail", str) or ""
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        width = height = 0
    image = Image(width, height, detail if detail in DETAILS else "")
    return None if image == Image() else image


def _first(places: list[dict[str, Any]], key: str, kind: type) -> Any:
    return next((place[key] for place in places if type(place.get(key)) is kind), None)
