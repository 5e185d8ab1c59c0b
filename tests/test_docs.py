"""What README, CONTRIBUTING, Procfile and Makefile promise is there."""

import json
import re
import shlex
import subprocess
import sys
import tomllib

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from bot.cli import app
from bot.config import Settings, examine
from tests.environment import ROOT, environment

PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
LOCKS = {"requirements.txt": {"postgres"}, "requirements-dev.txt": {"postgres", "dev"}}
OURS = re.compile(r"\b(?:SLACK|OPENAI|BOT)_[A-Z_]+\b|\bPORT\b")
VALUE = re.compile(r"\b((?:SLACK|OPENAI|BOT)_[A-Z_]+|PORT)=([\w./:-]+)")
COMMAND = re.compile(r"(?:python -m )?\bbot (?P<words>[a-z]+(?: [^\n`|#>]*)?)")
NAMES = "|".join(get_command(app).commands)
PATH = re.compile(r"`((?:bot|tests|docs|benchmarks)/[\w/.]+)`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")
NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
PINNED = re.compile(r"(?P<name>[a-z0-9][a-z0-9._-]*)(?:\[[\w,]+\])?==[\w.+!]+(?: ; [^\\]+)? \\")


def read(name):
    return (ROOT / name).read_text("utf-8")


def code(page):
    """What is set as code, in lines and in blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    return [*blocks, *re.findall(r"`([^`\n]+)`", page)]


def promised():
    """Every call of the bot that a page shows, as words."""
    shown = "\n".join(piece for name in PAGES for piece in code(read(name)))
    return sorted({match["words"].strip() for match in COMMAND.finditer(shown)})


def options(command):
    """The options of a command, such as `--http`."""
    own = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
    return own | {"-h", "--help"}


def targets():
    return set(re.findall(r"^(\w+):", read("Makefile"), re.MULTILINE))


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def required(extras):
    """What pyproject asks for: directly, and by these extras."""
    project = tomllib.loads(read("pyproject.toml"))["project"]
    optional = project["optional-dependencies"]
    listed = [*project["dependencies"], *(each for extra in extras for each in optional[extra])]
    return {normal(NAME.match(each)[0]) for each in listed}


def test_something_is_promised():
    """Otherwise the expressions above have grown stale, and the tests below prove nothing."""
    assert {words.split()[0] for words in promised()} == set(get_command(app).commands)
    assert len([words for words in promised() if "--" in words]) >= 4


@pytest.mark.parametrize("words", promised())
def test_every_command_shown_exists(words):
    """With every option it is shown with, which its help lists."""
    name, *rest = shlex.split(words)
    command = get_command(app).commands[name]
    help_ = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "200"}).output

    shown = {word.partition("=")[0] for word in rest if word.startswith("-")}
    assert shown <= options(command)
    assert all(option in help_ for option in shown)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", ".env.example"])
def test_every_command_shown_can_be_pasted(name):
    """No environment that is active, and no installed `bot`, is taken for granted."""
    shown = "\n".join(code(read(name)))

    assert re.findall(rf"(?<!\.venv/bin/)python\d? .*|(?<!-m )\bbot (?:{NAMES}).*", shown) == []


@pytest.mark.parametrize("name", [*PAGES, ".env.example"])
def test_every_setting_named_exists(name):
    known = {field.upper() for field in Settings.model_fields}

    assert set(OURS.findall(read(name))) <= known


@pytest.mark.parametrize("name", PAGES)
def test_every_value_shown_for_a_setting_is_accepted(name):
    shown = dict(VALUE.findall("\n".join(code(read(name)))))

    with environment(**shown):
        _, problems = examine()
    assert problems == [], f"show values in {name} that these settings accept"


@pytest.mark.parametrize("name", PAGES)
def test_every_make_target_named_exists(name):
    named = {target for piece in code(read(name)) for target in re.findall(r"\bmake (\w+)", piece)}

    assert named <= targets()


def test_every_target_is_no_file():
    """A file named `test` would otherwise end `make test`."""
    phony = re.search(r"^\.PHONY: (.*)$", read("Makefile"), re.MULTILINE)[1].split()

    assert set(phony) == targets()


@pytest.mark.parametrize("name", PAGES)
def test_every_file_named_exists(name):
    """Links, pictures, and paths in the text."""
    page = read(name)

    missing = [
        path for path in LINK.findall(page) + PATH.findall(page) if not (ROOT / path).exists()
    ]
    assert missing == []


def rooms():
    """Every package below bot/, as the tour names it: `slack/`, or `events/` beside its parent."""
    packages = {path.parent.relative_to(ROOT) for path in (ROOT / "bot").rglob("__init__.py")}
    return sorted(path for path in packages if 1 < len(path.parts) < 4)


@pytest.mark.parametrize("room", rooms(), ids=str)
def test_the_tour_names_every_room(room):
    """In the row of the table that begins with its outermost package."""
    rows = [line for line in read("CONTRIBUTING.md").split("\n") if line.startswith("| `bot/")]
    row = [line for line in rows if f"`{'/'.join(room.parts[:2])}/`" in line]

    assert len(row) == 1, f"give {room} its row in the table of CONTRIBUTING.md"
    assert len(room.parts) == 2 or f"`{room.name}/`" in row[0] or room.name == "migrations", (
        f"name `{room.name}/` in the row of {room.parent} in CONTRIBUTING.md"
    )


def test_pictures_are_light():
    """And none lies around that no page shows."""
    pictures = list((ROOT / "docs").glob("*.png"))
    shown = "".join(map(read, PAGES))

    assert pictures, "take them: make screenshots"
    assert [each.name for each in pictures if each.stat().st_size > 250_000] == [], (
        "show less in these pictures, or at a smaller device_scale_factor"
    )
    assert [each.name for each in pictures if f"docs/{each.name}" not in shown] == [], (
        "show these pictures on a page, or remove them"
    )


def test_the_procfile_names_real_commands():
    lines = [line.split(": ", 1) for line in read("Procfile").splitlines()]

    assert [kind for kind, _ in lines] == ["web", "worker"]
    for _, line in lines:
        python, flag, module, command, *words = shlex.split(line)
        assert (python, flag, module) == ("python", "-m", "bot")
        assert set(words) <= options(get_command(app).commands[command])


def test_the_manifest_is_json():
    assert json.loads(CliRunner().invoke(app, ["manifest"]).stdout)["settings"]


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_pins_everything_with_a_hash(name):
    """And nothing in it says where to download from: that is for the machine to know."""
    lines = read(name).splitlines()
    pins = [at for at, line in enumerate(lines) if line and line[0] not in " #"]

    assert pins
    for at in pins:
        assert PINNED.fullmatch(lines[at]), lines[at]
        assert lines[at + 1].strip().startswith("--hash=sha256:")
    assert not re.search(
        r"--(?:extra-)?index|--find-links|--trusted-host|https?://|/",
        "\n".join(line for line in lines if not line.lstrip().startswith("#")),
    )


@pytest.mark.parametrize(("name", "extras"), LOCKS.items())
def test_the_lock_covers_pyproject(name, extras):
    locked = {
        normal(match["name"]) for line in read(name).splitlines() if (match := PINNED.match(line))
    }

    assert required(extras) <= locked


def test_everything_for_running_is_the_same_for_testing():
    """Tests prove nothing about versions that nobody runs."""
    run, dev = (
        {line.split()[0] for line in read(name).splitlines() if PINNED.match(line)}
        for name in LOCKS
    )

    assert run <= dev


def test_the_makefile_parses():
    """Every recipe can be made, as far as make can tell without making it."""
    for target in sorted(targets() - {"clean"}):
        subprocess.run(["make", "-n", target], cwd=ROOT, check=True, capture_output=True)


def refusal(*words):
    """What a command says that cannot do what it is asked."""
    done = subprocess.run(words, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode
    return done.stderr


@pytest.mark.parametrize(
    ("python", "said"),
    [("python3.99", "python3.99 does not run or is too old: Python 3."), ("", "Python 3.")],
)
def test_a_python_that_does_not_run_is_named(python, said, tmp_path):
    told = refusal("make", "setup", f"VENV={tmp_path}/venv", f"PYTHON={python}")

    assert told.startswith(said)


@pytest.mark.parametrize("processes", ["0", "2"])
def test_a_test_file_that_does_not_exist_is_named(processes):
    told = refusal(sys.executable, "-m", "pytest", "-n", processes, "tests/missing.py")

    assert "tests/missing.py" in told


@pytest.mark.parametrize("name", [".venv/x", ".venv", ".venv312/x", "venv/x", "venv3/x", "env/x"])
def test_git_ignores_virtual_environments(name, tmp_path):
    """Also a linked one, which is no folder."""
    (tmp_path / ".gitignore").write_text(read(".gitignore"), "utf-8")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    ignored = subprocess.run(["git", "check-ignore", name], cwd=tmp_path, check=False)

    assert ignored.returncode == 0


def test_every_promise_names_tests_that_exist():
    rows = [line for line in read("docs/promises.md").splitlines() if line.startswith("| ")]
    promises = [row for row in rows if not row.startswith("| promise")]

    assert promises
    for promise in promises:
        names = re.findall(r"`(tests/[^`]+)`", promise)
        assert names, f"name in docs/promises.md a test that holds this: {promise}"
        for name in names:
            path, _, test = name.partition("::")
            there = (ROOT / path).is_file() and f"def {test}(" * bool(test) in read(path)
            assert there, f"name in docs/promises.md a test that exists; {name} does not"
