"""Who may import whom. Arrows point inward; outsides meet only in `app`; `core` is pure."""

import ast
import re
from collections import defaultdict
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "bot").rglob("*.py"))

LEAVES = {"advice", "backoff", "errors", "known_words", "program_name", "strings"}
INNER = LEAVES | {"tasks", "telemetry", "core", "network", "slices", "starting"}
ALLOWED = {
    "advice": set(),
    "backoff": set(),
    "errors": set(),
    "known_words": set(),
    "model_check": {"advice", "config", "errors", "llm", "program_name"},
    "strings": set(),
    "core": LEAVES | {"text"},
    "text": set(),
    "rendering": LEAVES | {"core", "text"},
    "transcript": LEAVES | {"core", "text"},
    "slices": {"core"},
    "strays": {"telemetry"},
    "tasks": LEAVES | {"telemetry"},
    "telemetry": LEAVES | {"core", "tracebacks"},
    "tracebacks": {"errors"},
    "metrics": {"core", "errors"},
    "network": {"errors"},
    "starting": {"backoff", "errors"},
    "config": LEAVES | {"core", "network"},
    "engine": INNER,
    "llm": INNER | {"rendering"},
    "slack": INNER | {"rendering", "text", "transcript"},
    "store": INNER,
    "watchdog": set(),
    "web": INNER | {"refusal_log"},
    "playground": set(),
    "program_name": set(),
    "signals": set(),
    "endpoint": INNER | {"config", "llm", "engine"},
    "database": INNER | {"config", "store"},
    "doctor": INNER | {"config", "endpoint", "llm", "slack", "store", "terminal"},
    "terminal": {"config", "strings", "telemetry"},
    "ask": INNER | {"config", "endpoint", "engine", "rendering", "terminal"},
    "feedback": INNER | {"config", "store", "terminal", "text"},
    "app": INNER
    | {
        "config",
        "database",
        "endpoint",
        "engine",
        "llm",
        "metrics",
        "model_check",
        "signals",
        "slack",
        "store",
        "watchdog",
        "web",
    },
    "demo": INNER | {"app", "config", "playground", "signals"},
    "cli": INNER
    | {
        "app",
        "ask",
        "config",
        "demo",
        "doctor",
        "feedback",
        "signals",
        "slack",
        "strays",
        "terminal",
    },
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
        "client": {"large_json", "sending"},
        "large_json": set(),
        "limits": set(),
        "manifest": set(),
        "one_message": set(),
        "refused_tokens": set(),
        "sending": set(),
        "web_api": {"sending"},
        "identity": {"web_api"},
        "first_contact": {"identity", "refused_tokens", "web_api"},
        "authorize": {"identity"},
        "capabilities": {"answers", "limits"},
        "answers": {"actions", "capabilities", "limits", "one_message", "web_api"},
        "actions": {"answers", "events", "limits", "one_message", "web_api"},
        "events": {"actions", "answers", "authorize", "refused_tokens", "web_api"},
        "reads": {"answers", "events", "identity", "limits", "one_message", "web_api"},
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
        "model": {"cuts", "guard", "switches"},
        "api": {"clock", "cuts", "faults", "rules", "switches", "tasks", "workspace"},
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
    "text": {"__future__", "collections", "csv", "io", "re", "typing", "wcwidth"},
    "core": {
        "__future__",
        "collections",
        "dataclasses",
        "datetime",
        "enum",
        "json",
        "math",
        "re",
        "typing",
    },
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
        "json",
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
        if other not in allowed.get(own, set()) | {own}:
            yield f"{importer} imports {imported}"


INWARD = (
    "take what is needed as a parameter, with a protocol of bot/core/ports.py, and let bot/app.py "
    "hand it over; only where the importer may know the other, add it to the table in this file"
)


def test_arrows_point_inward():
    assert list(forbidden("bot.", ALLOWED)) == [], INWARD


@pytest.mark.parametrize("whole", sorted(ROOMS))
def test_arrows_between_rooms(whole):
    assert list(forbidden(f"bot.{whole}.", ROOMS[whole])) == [], INWARD


def test_imports_make_no_circle():
    graph = {name: imports(path) & MODULES.keys() for name, path in MODULES.items()}

    assert circle(graph) == [], "move what both of two modules need into one that imports neither"


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

    assert {name: where for name, where in homes.items() if len(where) > 1} == {}, (
        "rename one of the classes for what makes it different"
    )


@pytest.mark.parametrize("room", sorted(PURE_IMPORTS))
def test_the_pure_rooms_are_pure(room):
    allowed = PURE_IMPORTS[room] | {"bot", "markdown_it", "bisect", "unicodedata", "urllib"}
    for path in (ROOT / "bot" / room).rglob("*.py"):
        assert {name.split(".")[0] for name in imports(path)} <= allowed, (
            f"{path}: have what it imports done outside of bot/{room}/, and handed in as a value"
        )
        assert not any(
            isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith)
            or (isinstance(node, ast.Call) and getattr(node.func, "attr", "") in CLOCKS)
            for node in ast.walk(tree(path))
        ), f"{path}: wait, and read the clock, outside of bot/{room}/"


def test_tasks_start_in_one_place():
    starters = {
        str(path.relative_to(ROOT))
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in {"create_task", "ensure_future"}
    }

    assert starters == {"bot/tasks.py", "bot/playground/tasks.py"}, (
        "start a task by `Tasks.start` of bot/tasks.py, which names it, and ends it with its owner"
    )


def rooms(within):
    """The parts of `within`: its folders, and its modules at the top."""
    return {name.removeprefix(within).split(".")[0] for name in MODULES if name.startswith(within)}


def test_every_part_is_in_the_table_and_nothing_else():
    assert rooms("bot.") | {"__init__"} == set(ALLOWED), (
        "say in ALLOWED what a new part may import, or remove the row of one that went"
    )


@pytest.mark.parametrize("whole", sorted(ROOMS))
def test_every_room_is_in_its_table_and_nothing_else(whole):
    assert rooms(f"bot.{whole}.") == set(ROOMS[whole]), (
        "say in ROOMS what a new room may import, or remove the row of one that went"
    )


LONGEST = 40
"""Lines of a function's body, without its docstring."""


def bodies():
    """The length of each function's body, by its place."""
    for path in FILES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = node.body[1:] if ast.get_docstring(node) and node.body[1:] else node.body
                yield f"{module(path)}.{node.name}", node.end_lineno - first[0].lineno + 1


def test_functions_are_short():
    lengths = dict(bodies())

    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}, (
        f"cut these into functions of at most {LONGEST} lines, each named for what it does"
    )
    assert median(lengths.values()) < 7, "half of all functions have fewer than seven lines"


INLINE = {"text", "link", "emoji", "user", "usergroup", "channel", "broadcast", "date", "image"}
"""What stands in a line of a message, or mentions somebody."""

MADE_IN = {
    "bot/rendering/formats/elements.py": {"text", "link", "emoji"},
    "bot/slack/answers/blocks.py": {"text"},  # the anchor, in which nothing is written
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

    assert {path: types for path, types in made.items() if types} == MADE_IN, (
        "call what bot/rendering/formats/elements.py has for it"
    )


SLACK_SIDE = "say this in bot/slack/; core and engine know Slack through bot/core/ports.py only"
SLACKS = re.compile(r"(?:api|apps|assistant|auth|chat|conversations|files|users|views)(?:\.\w+)+")
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

    assert words & BLOCK_TYPES == set(), SLACK_SIDE
    assert [word for word in words if SLACKS.fullmatch(word)] == [], SLACK_SIDE
