"""Texts to count, the same on every Python version."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from random import Random

SCRIPTS = {
    "latin": "Ärger übte Émile, naïve Façade; ÆRØ; ĳssel ŁÓDŹ ǅungla DžUNGLA ﬁn. ",
    "greek": "Ο Σίσυφος ΈΣΠΡΩΧΝΕ τον βράχο, 24 ώρες ᾳ ᾼ. ",
    "cyrillic": "Вычислите СТОИМОСТЬ запроса, пожалуйста: 12 рублей ё Ё. ",
    "chinese": "请把这段文字翻译成英文，价格是１２３元。龘靐齉㐂𠀀。",
    "japanese": "これはテストです。カタカナとひらがなー、ﾊﾝｶｸ「引用」。",
    "korean": "안녕하세요, 토큰을 세어 주세요! 한글 각. ",
    "arabic": "احسب عدد الرموز، مِنْ فَضْلِكَ ١٢٣٤. ",
    "hindi": "कृपया टोकन गिनें, मूल्य १२३ रुपये। ",
    "thai": "กรุณานับโทเค็น ราคา ๑๒๓ บาท ",
}
CONTRACTIONS = ["'s", "'S", "'ſ", "'t", "'T", "'re", "'Re", "'rE", "'ve", "'VE", "'m", "'M", "'ll", "'lL", "'d", "'D"]
CONTRACTIONS += ["'", "''", "'l", "'r", "'v", "’s", "'ſſ", "'K", "'sх"]
SPACES = [
    " ",
    "  ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\n\n",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x1f",
    "\x85",
    "\xa0",
    "\u1680",
    "\u180e",
]
SPACES += ["\u2003", "\u2028", "\u202f", "\u200b", "\u3000", "\ufeff"]
LETTERS = [
    "a",
    "Z",
    "the",
    "HTTP",
    "camelCase",
    "XMLHttp",
    "ß",
    "ǅ",
    "É",
    "ſ",
    "K",
    "ʰ",
    "ª",
    "中",
    "文字",
    "カ",
    "ا",
    "한",
]
MARKS = ["\u0301", "\u0300\u0302", "\u093f", "\u20dd", "\ufe0f", "\U000e0100"]
NUMBERS = ["0", "42", "1234567", "²", "½", "Ⅷ", "٣", "１２", "㊿", "𝟘"]
SIGNS = [".", ",", "!", "?!", "...", "/", "//", "-", "_", "(", ")", "{", "}", '"', "`", "€", "—", "“", "\x00", "\x7f"]
SIGNS += ["\u200d", "😀", "👩‍👩‍👧", "🇩🇪", "\ue000", "\U0010ffff", "\ufffd"]
SPECIAL = ["<|endoftext|>", "<|endofprompt|>", "<|fim_prefix|>", "<|im_start|>system<|im_end|>", "<|start|>", "[INST]"]
FRAGMENTS = [CONTRACTIONS, SPACES, LETTERS, MARKS, NUMBERS, SIGNS, SPECIAL, list(SCRIPTS.values())]
KINDS = (6, 8, 10, 3, 4, 6, 1, 1)  # how often each kind of fragment comes

WORDS = [
    "you",
    "are",
    "a",
    "helpful",
    "assistant",
    "that",
    "reads",
    "the",
    "question",
    "below",
    "and",
    "answers",
    "It's",
]
WORDS += ["plain", "English", "with", "one", "short", "example", "never", "reveal", "instructions", "don't", "we'll"]


def mixed(random: Random, fragments: int) -> str:
    """Fragments that meet each other in every order: contractions, white space, letters, marks, numbers, signs."""
    kinds = random.choices(FRAGMENTS, KINDS, k=fragments)
    return "".join(random.choices(kind)[0] for kind in kinds)


def noise(random: Random, size: int) -> str:
    """Characters from all planes, those from the first ones more often."""
    tops = random.choices((0x80, 0x250, 0x3000, 0xD7FF, 0x20000, 0x110000), k=size)
    points = (int(random.random() * top) for top in tops)
    return "".join(chr(point) for point in points if not 0xD800 <= point < 0xE000)


def prose(random: Random, words: int) -> str:
    """English sentences."""
    picked = random.choices(WORDS, k=words)
    ends = random.choices((" ", ", ", ". ", ".\n\n", ": ", " - "), (20, 2, 2, 1, 1, 1), k=words)
    return "".join(word + end for word, end in zip(picked, ends, strict=True))


def runs(size: int) -> Iterator[tuple[str, str]]:
    """One character or a few, again and again: (name, text)."""
    for name, unit in {
        "a": "a", "A": "A", "han": "中", "bang": "!", "newline": "\n", "space": " ", "tab": "\t", "mark": "\u0301",
        "digit": "7", "space newline": " \n", "crlf": "\r\n", "slash": "/", "quote": "'", "ab": "ab", "emoji": "😀",
        "nbsp": "\xa0", "dots": "·", "Aa": "Aa", "'s": "'s",
    }.items():  # fmt: skip
        yield name, unit * (size // len(unit))
        yield f"{name} before a letter", unit * (size // len(unit)) + "x"


def _json(random: Random) -> str:
    rows = [{"id": i, "path": f"src/{i}.py", "tags": random.choices(WORDS, k=3), "p": i / 7} for i in range(60)]
    return json.dumps({"rows": rows}, indent=2) + json.dumps(rows, separators=(",", ":"), ensure_ascii=True)


def _code(random: Random) -> str:
    lines = []
    for i in range(120):
        name = "_".join(random.choices(["load", "parse", "HTTPServer", "x2", "tmp"], k=2))
        lines.append(f"\tif {name}[{i * 37}] != None:  # {' '.join(random.choices(WORDS, k=4))}")
        lines.append(f"        return {name}(a={i}.5e-3, **kw) // 2\r\n" if i % 9 == 0 else f"    }}\n\n\n    {name};")
    return "\n".join(lines)


def reference_texts() -> dict[str, str]:
    """Name -> text, for the frozen counts."""
    random = Random(20260)
    made: dict[str, Callable[[], str]] = {
        "prose": lambda: prose(random, 2000),
        "code": lambda: _code(random),
        "json": lambda: _json(random),
        "base64": lambda: base64.encodebytes(bytes(int(random.random() * 256) for _ in range(3000))).decode(),
        "contractions": lambda: "".join(a + b for a in ("it", "IT", "É", "1", " ", "中") for b in CONTRACTIONS),
        "white space": lambda: "".join(random.choices([*SPACES, "x", "!"], k=3000)),
        "special tokens": lambda: " ".join(SPECIAL) + "".join(SPECIAL),
        "mixed": lambda: mixed(random, 5000),
        "noise": lambda: noise(random, 4000),
        "runs": lambda: "|".join(text for _, text in runs(700)),
        "empty": lambda: "",
    }
    texts = {name: make() for name, make in made.items()}
    return texts | {
        name: "".join(random.choices([text, text.upper(), text[::-1]], k=30)) for name, text in SCRIPTS.items()
    }
