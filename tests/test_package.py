"""What is installed from a wheel: the command, everything it shows, and nothing else."""

import subprocess
import sys
import sysconfig
import zipfile

import pytest

from bot import __version__
from tests.environment import ROOT, scrubbed

SITE = sysconfig.get_path("purelib")
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet"]


def quietly(*words, **how):
    ran = subprocess.run(words, capture_output=True, text=True, timeout=50, check=False, **how)
    assert ran.returncode == 0, ran.stderr + ran.stdout
    return ran.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built without the network, by the build backend of this environment."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    quietly(*build, str(ROOT), env=scrubbed(), cwd=folder)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """In a folder of its own, without what it depends on."""
    folder = tmp_path_factory.mktemp("installed")
    target = ["--no-deps", "--no-index", "--no-compile", "--target", str(folder)]
    quietly(*PIP, "install", *target, str(wheel), env=scrubbed())
    return folder


@pytest.fixture(scope="module")
def files(wheel):
    return set(zipfile.ZipFile(wheel).namelist())


def in_tree(pattern):
    return {path.relative_to(ROOT).as_posix() for path in (ROOT / "bot").rglob(pattern)}


def test_it_holds_all_of_the_bot(files):
    """Every module, and what the playground shows."""
    assert in_tree("*.py") <= files, "have pyproject.toml put it into the wheel"
    page = ("page.html", "page.css", "icon.svg")
    assert {f"bot/playground/page/{name}" for name in page} < files
    assert in_tree("*.js")
    assert in_tree("*.js") < files
    assert in_tree("*.md")
    assert in_tree("*.md") < files


def test_it_holds_nothing_else(files):
    """No tests, benchmarks, pictures or settings of ours."""
    about = f"slack_stream_bot-{__version__}.dist-info"

    assert {name.split("/")[0] for name in files} == {"bot", about}
    assert not [name for name in files if "__pycache__" in name or ".env" in name]
    assert f"{about}/licenses/LICENSE" in files


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--version"], f"slack-stream-bot {__version__}\n"),
        (["--help"], "playground"),
        (["manifest"], '"bot_user"'),
    ],
)
def test_the_command_runs(installed, words, said):
    """From where it was installed, not from here; the libraries are those of this environment."""
    env = scrubbed(PYTHONPATH=f"{installed}:{SITE}", PYTHONSAFEPATH="1")
    script = installed / "bin" / "bot"

    assert said in quietly(str(script), *words, env=env, cwd=installed)


def test_the_installed_one_is_what_runs(installed):
    """Otherwise the tests above would prove nothing."""
    env = scrubbed(PYTHONPATH=f"{installed}:{SITE}", PYTHONSAFEPATH="1")
    where = quietly(sys.executable, "-c", "import bot; print(bot.__file__)", env=env, cwd=installed)

    assert where.strip() == str(installed / "bot" / "__init__.py")
