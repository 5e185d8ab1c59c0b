"""Who may import whom. Arrows point inward; outsides meet only in `app`; `core` is pure."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "bot").rglob("*.py"))

LEAVES = {"backoff", "errors", "strings"}
INNER = LEAVES | {"tasks", "telemetry", "core"}
ALLOWED = {
    "backoff": set(),
    "errors": set(),
    "strings": set(),
    "core": LEAVES,
    "rendering": LEAVES | {"core"},
    "transcript": LEAVES | {"core"},
    "tasks": LEAVES | {"telemetry"},
    "telemetry": LEAVES | {"core"},
    "config": LEAVES,
    "engine": INNER,
    "llm": INNER | {"rendering"},
    "slack": INNER | {"rendering", "transcript"},
    "store": INNER,
    "mortal": INNER,
    "web": INNER,
    "playground": set(),
    "signals": set(),
    "endpoint": INNER | {"config", "llm", "engine"},
    "database": INNER | {"config", "mortal", "store"},
    "doctor": INNER | {"config", "endpoint", "llm", "slack", "store"},
    "ask": INNER | {"config", "endpoint", "engine"},
    "app": INNER
    | {"config", "database", "endpoint", "engine", "llm", "mortal", "signals", "slack", "web"},
    "demo": INNER | {"app", "config", "playground", "signals"},
    "cli": INNER | {"config", "app", "ask", "demo", "doctor", "slack"},
    "__main__": {"cli"},
    "__init__": set(),
}
"""What each part of `bot` may import of the others (itself always, and the version in `bot`)."""

PURE_IMPORTS = {
    "core": {"__future__", "collections", "dataclasses", "enum", "typing", "re", "math", "json"},
    "transcript": {"__future__", "collections", "dataclasses", "typing", "re"},
    "rendering": {
        "__future__",
        "collections",
        "dataclasses",
        "enum",
        "functools",
        "itertools",
        "re",
        "typing",
    },
}
"""Nothing here can wait, tell the time, or reach the outside."""


def part(path):
    """The room a file stands in: `bot/slack/x.py` → slack, `bot/app.py` → app."""
    inside = path.relative_to(ROOT / "bot").parts
    return inside[0].removesuffix(".py")


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            yield from (
                [f"bot.{alias.name}" for alias in node.names]
                if node.module == "bot"
                else [node.module]
            )


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_arrows_point_inward(path):
    own = part(path)
    for name in imports(path):
        if name.startswith("bot.") and name != "bot.__version__":
            assert name.split(".")[1] in ALLOWED[own] | {own}, f"{path} imports {name}"


@pytest.mark.parametrize("room", sorted(PURE_IMPORTS))
def test_the_pure_rooms_are_pure(room):
    allowed = PURE_IMPORTS[room] | {"bot", "markdown_it", "bisect", "unicodedata", "urllib"}
    for path in (ROOT / "bot" / room).rglob("*.py"):
        source = path.read_text()
        assert {name.split(".")[0] for name in imports(path)} <= allowed, path
        assert not any(
            isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith)
            for node in ast.walk(ast.parse(source))
        ), path


def test_tasks_start_in_one_place():
    starters = {
        str(path.relative_to(ROOT))
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"create_task", "ensure_future"}
    }

    assert starters == {"bot/tasks.py", "bot/playground/tasks.py"}


def test_every_room_is_in_the_table():
    assert {part(path) for path in FILES} <= set(ALLOWED)


INLINE = {"text", "link", "emoji", "user", "usergroup", "channel", "broadcast", "date", "image"}
"""What stands in a line of a message, or mentions somebody."""

MADE_IN = {
    "bot/rendering/formats/elements.py": {"text", "link", "emoji"},
    "bot/slack/answers/composer.py": {"text"},  # the anchor, in which nothing is written
}


def typed(tree):
    """The values of every `"type": …` that is written out in a dict."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "type":
                    yield getattr(value, "value", None)


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if part(path) in {"rendering", "slack", "engine", "app"}],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_elements_of_a_message_are_made_in_one_place(path):
    """Nothing else puts a word of a model's into a message, so nobody is ever mentioned."""
    allowed = MADE_IN.get(str(path.relative_to(ROOT)), set())
    assert INLINE.intersection(typed(ast.parse(path.read_text()))) <= allowed
