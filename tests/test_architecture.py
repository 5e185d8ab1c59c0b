"""Who may import whom. Arrows point inward; outsides meet only in `app`; `core` is pure."""

import ast
import re
from collections import defaultdict
from functools import cache
from graphlib import CycleError, TopologicalSorter
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
    "text": set(),
    "rendering": LEAVES | {"core", "text"},
    "transcript": LEAVES | {"core", "text"},
    "tasks": LEAVES | {"telemetry"},
    "telemetry": LEAVES | {"core"},
    "config": LEAVES,
    "engine": INNER,
    "llm": INNER | {"rendering"},
    "slack": INNER | {"rendering", "text", "transcript"},
    "store": INNER,
    "web": INNER,
    "playground": set(),
    "signals": set(),
    "endpoint": INNER | {"config", "llm", "engine"},
    "database": INNER | {"config", "store"},
    "doctor": INNER | {"config", "endpoint", "llm", "slack", "store"},
    "ask": INNER | {"config", "endpoint", "engine"},
    "app": INNER | {"config", "database", "endpoint", "engine", "llm", "signals", "slack", "web"},
    "demo": INNER | {"app", "config", "playground", "signals"},
    "cli": INNER | {"config", "app", "ask", "demo", "doctor", "slack"},
    "__main__": {"cli"},
    "__init__": set(),
}
"""What each part of `bot` may import of the others (itself always, and the version in `bot`)."""

ROOMS = {
    "rendering": {
        "flow": set(),
        "parsing": {"flow"},
        "formats": {"flow", "layout"},
        "layout": {"flow", "formats"},
        "renderer": {"flow", "layout", "parsing"},
    },
    "slack": {
        "client": set(),
        "limits": set(),
        "manifest": set(),
        "web_api": set(),
        "identity": {"web_api"},
        "authorize": {"identity"},
        "capabilities": {"answers", "limits"},
        "answers": {"actions", "capabilities", "limits", "web_api"},
        "actions": {"answers", "events", "web_api"},
        "events": {"actions", "answers", "authorize", "web_api"},
        "reads": {"answers", "events", "identity", "web_api"},
    },
    "playground": {
        "clock": set(),
        "cuts": set(),
        "guard": set(),
        "notifier": set(),
        "switches": set(),
        "tasks": set(),
        "faults": {"switches"},
        "workspace": set(),
        "rules": {"switches", "workspace"},
        "model": {"cuts", "switches"},
        "api": {"clock", "cuts", "faults", "rules", "switches", "workspace"},
        "events": {"api", "faults", "rules", "switches", "tasks", "workspace"},
        "call_statistics": {"api"},
        "routes": {"api", "clock", "events", "workspace"},
        "user_actions": {"api", "clock", "events", "workspace"},
        "server": {
            "api",
            "call_statistics",
            "clock",
            "events",
            "faults",
            "guard",
            "notifier",
            "routes",
            "switches",
            "tasks",
            "user_actions",
            "workspace",
        },
        "page": {"events", "server", "switches", "tasks", "workspace"},
    },
}
"""What each room of a part may import of the part's other rooms."""

PURE_IMPORTS = {
    "text": {"__future__", "collections", "re", "typing", "wcwidth"},
    "core": {"__future__", "collections", "dataclasses", "enum", "typing", "re", "math", "json"},
    "transcript": {"__future__", "collections", "dataclasses", "datetime", "typing", "re"},
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
    "playground/workspace": {
        "__future__",
        "base64",
        "binascii",
        "collections",
        "dataclasses",
        "itertools",
        "re",
        "typing",
        "uuid",
    },
    "playground/rules": {"__future__", "collections", "dataclasses", "re", "typing"},
    "playground/page/html": {
        "__future__",
        "collections",
        "csv",
        "dataclasses",
        "functools",
        "html",
        "itertools",
        "pygments",
        "re",
        "rich",
        "typing",
    },
}
"""Nothing here can wait, tell the time, or reach the outside."""

CLOCKS = {"fromtimestamp", "now", "today", "utcnow"}
"""What of `datetime` tells the time, or the time zone of the machine."""


def inside(path):
    """`bot/slack/reads/people.py` → slack, reads, people."""
    return path.relative_to(ROOT / "bot").with_suffix("").parts


def part(path):
    """The part that a file belongs to: `bot/slack/x.py` → slack, `bot/app.py` → app."""
    return inside(path)[0]


@cache
def tree(path):
    return ast.parse(path.read_text())


@cache
def imports(path):
    """The modules that a file imports, also those for types only."""
    names = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            taken = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= taken & MODULES.keys() or {node.module}
    return names


def module(path):
    return ".".join(("bot", *inside(path))).removesuffix(".__init__")


MODULES = {module(path): path for path in FILES}


def arrows(within):
    """Each import of a module within `within` by another one of it, as (importer, imported)."""
    for name, path in MODULES.items():
        if name.startswith(within):
            yield from ((name, other) for other in imports(path) if other.startswith(within))


def forbidden(within, allowed):
    """The arrows between the parts of `within` that the table does not allow."""
    depth = within.count(".")
    for importer, imported in arrows(within):
        own, other = (name.split(".")[depth] for name in (importer, imported))
        if other not in allowed[own] | {own}:
            yield f"{importer} imports {imported}"


def test_arrows_point_inward():
    assert list(forbidden("bot.", ALLOWED)) == []


@pytest.mark.parametrize("whole", sorted(ROOMS))
def test_arrows_between_rooms(whole):
    assert list(forbidden(f"bot.{whole}.", ROOMS[whole])) == []


def test_imports_make_no_circle():
    graph = {name: imports(path) & MODULES.keys() for name, path in MODULES.items()}

    assert circle(graph) == []


def circle(graph):
    """Modules each of which is imported by the next, if there are such."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_a_circle_is_found():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]


def test_a_class_name_has_one_meaning():
    """Outside the playground, which calls things as Slack does."""
    homes = defaultdict(list)
    for path in FILES:
        if part(path) != "playground":
            for node in tree(path).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    homes[node.name].append(module(path))

    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


@pytest.mark.parametrize("room", sorted(PURE_IMPORTS))
def test_the_pure_rooms_are_pure(room):
    allowed = PURE_IMPORTS[room] | {"bot", "markdown_it", "bisect", "unicodedata", "urllib"}
    for path in (ROOT / "bot" / room).rglob("*.py"):
        assert {name.split(".")[0] for name in imports(path)} <= allowed, path
        assert not any(
            isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith)
            or (isinstance(node, ast.Call) and getattr(node.func, "attr", "") in CLOCKS)
            for node in ast.walk(tree(path))
        ), path


def test_tasks_start_in_one_place():
    starters = {
        str(path.relative_to(ROOT))
        for path in FILES
        for node in ast.walk(tree(path))
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


def typed(path):
    """The values of every `"type": …` that is written out in a dict."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "type":
                    yield getattr(value, "value", None)


def test_elements_of_a_message_are_made_in_one_place():
    """Nothing else puts a word of a model's into a message, so nobody is ever mentioned."""
    made = {
        str(path.relative_to(ROOT)): INLINE.intersection(typed(path))
        for path in FILES
        if part(path) in {"rendering", "slack", "engine", "app"}
    }

    assert {path: types for path, types in made.items() if types} == MADE_IN


SLACKS = re.compile(r"(?:api|apps|assistant|auth|chat|conversations|files|users|views)\.\w+")
BLOCK_TYPES = {
    *("actions", "context", "context_actions", "divider", "header", "input", "markdown"),
    *("rich_text", "section", "table"),
}


def test_slacks_words_stay_at_slacks_door():
    """No method and no type of block; their limits are in slack/limits.py."""
    words = {
        node.value
        for path in FILES
        if part(path) in {"core", "engine"}
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }

    assert words & BLOCK_TYPES == set()
    assert [word for word in words if SLACKS.fullmatch(word)] == []
