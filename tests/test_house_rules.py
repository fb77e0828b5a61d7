"""The rules of the house, as checks that can fail."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests import generated

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
SOURCES = sorted((ROOT / "src").rglob("*.py"))
OURS = [p for p in SOURCES if "migrations/versions" not in p.as_posix()]
MAX_FILE, MAX_FUNCTION = 400, 50

EXCEPTIONS: dict[str, str] = {}
"""`path` or `path:function` → reason it may be longer."""

VAGUE = {"utils", "helpers", "common", "core", "manager", "service", "services", "handler", "handlers", "misc"}


def _short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", OURS, ids=_short)
def test_files_and_functions_stay_small(path: Path) -> None:
    """Hold the tail: no file over 400 lines, no function over 50."""
    text = path.read_text()
    if _short(path) not in EXCEPTIONS:
        assert len(text.splitlines()) <= MAX_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= MAX_FUNCTION or f"{_short(path)}:{node.name}" in EXCEPTIONS, f"{node.name}: {length}"


def test_no_vague_names() -> None:
    """If you cannot name it, it is two things."""
    assert [_short(p) for p in OURS if p.stem in VAGUE or p.parent.name in VAGUE] == []


@pytest.mark.parametrize("path", [p for p in OURS if p.name == "__init__.py"], ids=_short)
def test_packages_export_nothing(path: Path) -> None:
    """`__init__.py` holds a docstring and nothing else."""
    body = ast.parse(path.read_text()).body
    assert len(body) == 1
    assert isinstance(body[0], ast.Expr)


@pytest.mark.parametrize("path", OURS, ids=_short)
def test_every_module_says_what_it_is(path: Path) -> None:
    """A module starts with a docstring."""
    assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize(
    "path", sorted(p for p in (ROOT / "tests").rglob("test_*.py")), ids=_short
)  # fmt: skip
def test_every_test_says_its_rule(path: Path) -> None:
    """A test's docstring is the rule it proves."""
    silent = [
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


@pytest.mark.parametrize(
    "command",
    [
        [str(BIN / "ruff"), "check", "--no-cache", "src", "tests", "benchmarks"],
        [str(BIN / "ruff"), "format", "--no-cache", "--check", "src", "tests", "benchmarks"],
        [str(BIN / "basedpyright")],
        [str(BIN / "lint-imports"), "--no-cache"],
    ],
    ids=lambda command: Path(command[0]).name + " " + "".join(command[1:2]),
)
def test_tools_are_content(command: list[str]) -> None:
    """Lint, format, types and import directions hold."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", sorted(generated.PAGES), ids=str)
def test_generated_docs_are_current(page: str) -> None:
    """Reference pages are what the code says; `make docs` writes them."""
    assert (ROOT / page).read_text() == generated.PAGES[page](ROOT)


def test_no_page_or_module_names_a_registry_or_a_workplace() -> None:
    """The project speaks of itself alone."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    words = ("/work/" + "shared", "/work/" + "main", "files.python" + "hosted.org")
    files = [ROOT / name for name in listed.splitlines()]
    texts = {_short(f): f.read_text("utf-8", "replace") for f in files if f.is_file()}
    assert [name for name, text in texts.items() if any(word in text for word in words)] == []
