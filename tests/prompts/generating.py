"""Random templates in each language, from a seed: nested, with odd whitespace, over the same values."""

from __future__ import annotations

from random import Random
from typing import Any

VALUES: dict[str, Any] = {
    "name": "Ann",
    "city": "Rome",
    "empty": "",
    "on": True,
    "off": False,
    "nothing": [],
    "tags": ["x", "y", "z"],
    "user": {"name": "Bob", "mail": "b at c", "langs": ["de", "it"], "blank": ""},
    "docs": [
        {"title": "One", "body": "first\nlines", "marks": ["p", "q"], "hint": ""},
        {"title": "Two", "body": "second", "marks": [], "hint": "h"},
    ],
    "pairs": [["k1", "v1"], ["k2", "v2"]],
    "table": {"a": "1", "b": "2"},
}
_TEXTS = (
    " ",
    "\n",
    "  ",
    "\n\n",
    "  \n",
    " \n  ",
    "\t",
    "word",
    "two words",
    "é",
    ".",
    "- ",
    "a\n",
    "\nb",
    "{ ",
    " } ",
    "% ",
    "# ",
    "\\n",
    "'",
    '"',
    "x\r\n",
    "&",
)
_SCALARS = ("name", "city", "empty", "user.name", "user.mail")
_TRUTHS = ("name", "empty", "on", "off", "nothing", "tags", "user.blank", "user.langs", "docs")


class _Generator:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.made = 0

    def one(self, *of: str) -> str:
        return self.random.choice(of)

    def text(self) -> str:
        return "".join(self.random.choices(_TEXTS, k=self.random.randrange(3)))

    def several(self, depth: int, *scope: Any) -> str:
        parts = [self.text()]
        for _ in range(self.random.randrange(1, 4)):
            parts += [self.piece(depth, *scope), self.text()]
        return "".join(parts)

    def piece(self, depth: int, *scope: Any) -> str:
        raise NotImplementedError


class Jinja(_Generator):
    """Statements and expressions of which everything is known with full values."""

    def tag(self, inner: str) -> str:
        return (
            "{%"
            + self.one("", "", "-", "+")
            + self.one(" ", "", "\n")
            + inner
            + self.one(" ", "")
            + self.one("", "", "-")
            + "%}"
        )

    def value(self, names: tuple[str, ...]) -> str:
        name = self.one(*names)
        inner = self.one(
            name,
            name,
            name,
            f"{name} | trim",
            f'"<" ~ {name} ~ "}}}}"',
            f"{self.one(*_SCALARS)} or 'none'",
            f"'yes' if {self.one(*_TRUTHS)} else {name}",
            "'text'",
            "2 + 3",
            "[1, 'b'][1]",
            "{'a': {'b': 'c'}}.a.b",
            f"{name} | default('x')",
        )
        return (
            "{{"
            + self.one("", "", "-")
            + self.one(" ", "")
            + inner
            + self.one(" ", " ", "")
            + self.one("", "", "-")
            + "}}"
        )

    def condition(self, loop: bool) -> str:
        name = self.one(*_TRUTHS)
        more = ("loop.first", "not loop.last") if loop else ()
        return self.one(
            name,
            name,
            f"not {name}",
            "missing is not defined",
            f"not not {name}",
            "docs | length > 0",
            "nothing | length == 0",
            "1 == 1",
            "'a' in 'b'",
            *more,
        )

    def piece(self, depth: int, names: tuple[str, ...] = _SCALARS, loop: bool = False) -> str:
        kind = self.random.randrange(12 if depth else 2)
        if kind < 2:
            return self.value(names)
        if kind == 2:
            return "{#" + self.one("", "-") + " {{ no }} {% if %} " + self.one("", "-") + "#}"
        if kind == 3:
            return self.tag("raw") + "{{ raw }} {% if" + self.text() + self.tag("endraw")
        if kind in (4, 5):
            parts = [self.tag(f"if {self.condition(loop)}"), self.several(depth - 1, names, loop)]
            for _ in range(self.random.randrange(3)):
                parts += [self.tag(f"elif {self.condition(loop)}"), self.several(depth - 1, names, loop)]
            if self.random.random() < 0.5:
                parts += [self.tag("else"), self.several(depth - 1, names, loop)]
            if len(parts) == 2:
                parts[0] = self.tag(f"if {self.condition(loop)} and {self.condition(loop)}")
            return "".join([*parts, self.tag("endif")])
        if kind in (6, 7):
            return self.loop(depth, names)
        self.made += 1
        new = f"v{self.made}"
        if kind == 8:
            value = self.one(*names, "'const'", "name ~ '-' ~ city")
            return self.tag(f"set {new} = {value}") + self.several(depth - 1, (*names, new), loop)
        if kind == 9:
            return (
                self.tag(f"with {new} = {self.one(*names)}")
                + self.several(depth - 1, (*names, new), loop)
                + self.tag("endwith")
            )
        if kind == 10:
            inner = self.several(0, ("a", "b", "name"))
            macro = self.tag(f"macro {new}(a, b='bee')") + inner + self.tag("endmacro")
            return (
                macro + self.text() + "{{ " + f"{new}({self.one(*names)}{self.one('', ', city', ', b=name')})" + " }}"
            )
        set_if = f"if {self.condition(loop)}"
        return "".join(
            [
                self.tag(f"set {new} = 'before'"),
                self.tag(set_if),
                self.tag(f"set {new} = {self.one(*names)}"),
                self.tag("endif"),
                self.several(depth - 1, (*names, new), loop),
            ]
        )

    def loop(self, depth: int, names: tuple[str, ...]) -> str:
        self.made += 1
        item = f"i{self.made}"
        head, inner = self.random.choice(
            [
                (f"for {item} in docs", (f"{item}.title", f"{item}['body']")),
                (f"for {item} in docs if {item}.hint", (f"{item}.title",)),
                (f"for {item} in tags", (item, "loop.index", "loop.index0")),
                (f"for {item} in nothing", (item,)),
                (f"for {item} in ['p', 'q', name]", (item, "loop.revindex")),
                (f"for {item} in range(2)", (item,)),
                (f"for {item}, {item}b in pairs", (item, f"{item}b")),
                (f"for {item}, {item}b in table.items()", (item, f"{item}b")),
            ]
        )
        loop = " if " not in head
        if not loop:  # what `loop` counts there is not known before the values are
            names = tuple(name for name in names if not name.startswith("loop."))
        body = self.several(depth - 1, (*names, *inner), loop)
        otherwise = self.tag("else") + self.several(depth - 1, names, False) if self.random.random() < 0.4 else ""
        return self.tag(head) + body + otherwise + self.tag("endfor")


class Handlebars(_Generator):
    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.around = [""]

    def tag(self, inner: str, tilde: bool = True) -> str:
        left, right = (self.one("", "", "", "~"), self.one("", "", "", "~")) if tilde else ("", "")
        return "{{" + left + inner + right + "}}"

    def piece(self, depth: int, names: tuple[str, ...] = _SCALARS, up: str = "") -> str:
        kind = self.random.randrange(12 if depth else 3)
        truths = [up + name for name in _TRUTHS]
        if kind < 2:
            name = self.one(*names)
            return self.one(self.tag(name), self.tag(f" {name} "), "{{{" + name + "}}}", self.tag(f"& {name}"))
        if kind == 2:
            return self.one(
                self.tag("! note "),
                self.tag("!-- {{note}} --"),
                self.tag(f"> {self.one('card', 'shared/line')}"),
                "\\{{name}}",
                "\\\\{{" + self.one(*names) + "}}",
            )
        if kind in (3, 4, 5):
            helper = self.one("if", "unless")
            parts = [self.tag(f"#{helper} {self.one(*truths)}"), self.several(depth - 1, names, up)]
            for _ in range(self.random.randrange(2)):
                parts += [self.tag(f"else if {self.one(*truths)}"), self.several(depth - 1, names, up)]
            if self.random.random() < 0.5:
                parts += [self.one(self.tag("else"), self.tag("^")), self.several(depth - 1, names, up)]
            return "".join([*parts, self.tag(f"/{helper}")])
        if kind == 6:
            return "{{{{raw}}}}" + self.text() + "{{raw}}" + self.text() + "{{{{/raw}}}}"
        if kind == 7:
            name = up + self.one("on", "off", "nothing", "tags")  # an empty text is something to a section
            return self.tag(f"^{name}") + self.several(depth - 1, names, up) + self.tag(f"/{name}")
        out = up + "../"
        self.made += 1
        item = f"d{self.made}"
        heads = {
            "user": ("with", "user", ("name", "this.mail", f"{out}city", "@root.name")),
            "user ": ("with", f"user as |{item}|", (f"{item}.mail", "name", f"{out}city")),
            "docs": ("each", "docs", ("title", "body", "this.title", f"{out}name", "@index", "@root.city")),
            "docs ": ("each", f"docs as |{item} {item}i|", (f"{item}.title", "title", f"{item}i", f"{out}city")),
            "tags": ("each", "tags", ("this", ".", f"{out}name")),
            "nothing": ("each", "nothing", ("this", f"{out}name")),
        }
        # Within a context Handlebars does not go outwards from the same one.
        helper, head, inner = heads[self.one(*(each for each in heads if each.strip() not in self.around))]
        self.around.append(head.split(" ")[0])
        block = self.block(f"{helper} {up}{head}", helper, depth, inner, out, names, up)
        self.around.pop()
        return block

    def block(
        self, head: str, name: str, depth: int, inner: tuple[str, ...], out: str, names: tuple[str, ...], up: str
    ) -> str:
        body = self.several(depth - 1, inner, out)
        otherwise = self.tag("else") + self.several(depth - 1, names, up) if self.random.random() < 0.3 else ""
        return self.tag(f"#{head}") + body + otherwise + self.tag(f"/{name}")


class Mustache(_Generator):
    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.pair = ("{{", "}}")

    def tag(self, inner: str) -> str:
        return self.pair[0] + inner + self.pair[1]

    def piece(self, depth: int, names: tuple[str, ...] = _SCALARS) -> str:
        kind = self.random.randrange(10 if depth else 3)
        if kind < 2:
            name = self.one(*names)
            triple = "{{{" + name + "}}}" if self.pair[0] == "{{" else self.tag(f"& {name}")
            return self.one(self.tag(name), self.tag(f" {name} "), triple, self.tag(f"&{name}"))
        if kind == 2:
            inner = self.one("! note ", "!\nnote\n", "> card", "=")
            return self.change() if inner == "=" else self.tag(inner)
        if kind in (3, 4):
            name = self.one(*_TRUTHS)
            names = tuple(name for name in names if name != ".")  # an oracle's own idea of what it is here
            return self.tag(f"^{name}") + self.several(depth - 1, names) + self.tag(f"/{name}")
        section, within = self.random.choice(
            [
                ("docs", ("title", "body", "name")),
                ("tags", (".", "name")),
                ("user", ("mail", "city")),
                ("on", _SCALARS),
                ("off", names),
                ("nothing", names),
            ]
        )
        return self.tag(f"# {section} ") + self.several(depth - 1, within) + self.tag(f"/{section}")

    def change(self) -> str:
        other = ("<%", "%>") if self.pair[0] == "{{" else ("{{", "}}")
        tag = self.tag(f"={other[0]} {other[1]}=")
        self.pair = other
        return tag


def format_string(seed: int) -> str:
    """For `str.format`, over `VALUES`."""
    made = _Generator(seed)
    parts = []
    for _ in range(made.random.randrange(8)):
        field = made.one("name", "city", "user[name]", "tags[1]", "docs[0][title]")
        spec = made.one("", "", "!s", ":", "!s:")
        parts += [made.text().translate({ord("{"): "{{", ord("}"): "}}"}), "{" + field + spec + "}"]
    return "".join([*parts, made.one("{{}}", "", "{{{{")])


def dollar_string(seed: int) -> str:
    """For `string.Template`, over `VALUES`."""
    made = _Generator(seed)
    parts = []
    for _ in range(made.random.randrange(8)):
        name = made.one("name", "city", "empty")
        parts += [made.text(), made.one(f"${name} ", f"${{{name}}}", "$$", "$", "$5.00", "${", "$(ls)", f"${name}-")]
    return "".join(parts)
