"""The house rules that no linter states, as functions over a folder of sources: each returns what breaks it, in words."""
import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PURE = {"__future__", "abc", "bisect", "calendar", "collections", "contextlib", "dataclasses", "datetime", "decimal", "difflib", "enum",
    "fractions", "functools", "graphlib", "hashlib", "heapq", "itertools", "json", "math", "numba", "numpy", "operator", "polars", "re",
    "scipy", "sinergi", "string", "textwrap", "types", "typing", "unicodedata"}
IMPURE_CALLS = {"today", "now", "utcnow", "open", "print", "input", "random", "default_rng", "read_text", "write_text", "read_bytes",
    "write_bytes"}
VAGUE = {"manager", "helper", "helpers", "service", "services", "util", "utils", "common", "data", "info", "process"}
VAGUE_VERBS = {"process", "util", "utils", "helper", "common"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|raise NotImplementedError)\b|[Nn]ot implemented yet|[Pp]laceholder implementation")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
FRAMEWORK = {"Meta", "Media", "handle", "add_arguments", "ready", "save", "delete", "clean", "get_queryset", "process_view",
             "process_exception"}  # named and explained by Django


def sources(*folders: str, root: Path = ROOT) -> list[Path]:
    """Python files of the folders, without migrations."""
    return sorted(path for folder in folders for path in (root / folder).rglob("*.py") if "migrations" not in path.parts)


def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(), str(path))


def lines_of(function: ast.AST) -> int:
    """Lines a function takes, its first and last included."""
    return function.end_lineno - function.lineno + 1


def too_long(path: Path, lines: int = 400, body: int = 40) -> Iterator[str]:
    """The file when it is longer than `lines`, and each function longer than `body`."""
    text = path.read_text()
    if (count := len(text.splitlines())) > lines:
        yield f"{path}: {count} lines, limit {lines}"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, FUNCTIONS) and lines_of(node) > body:
            yield f"{path}:{node.lineno} {node.name}: {lines_of(node)} lines, limit {body}"


def impurities(path: Path) -> Iterator[str]:
    """In core: imports beyond the standard library's pure part and array libraries; calls that read a clock, a file or chance."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (f"{path}:{node.lineno} imports {a.name}" for a in node.names if a.name.split(".")[0] not in PURE)
        if isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").split(".")[0] not in PURE:
            yield f"{path}:{node.lineno} imports {node.module}"
        if isinstance(node, ast.Call) and (getattr(node.func, "attr", None) or getattr(node.func, "id", None)) in IMPURE_CALLS:
            yield f"{path}:{node.lineno} calls {ast.unparse(node.func)}"


def definitions(body: list[ast.stmt], public: bool = True) -> Iterator[ast.AST]:
    """Functions and classes of a module or class body, methods included, functions inside functions not."""
    for node in body:
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)) and not (public and (node.name.startswith("_") or node.name in FRAMEWORK)):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from definitions(node.body, public)


def unexplained(path: Path) -> Iterator[str]:
    """The module without a docstring that says what it owns, and every public function, class and method without one."""
    tree = tree_of(path)
    if tree.body and not ast.get_docstring(tree):
        yield f"{path}: no docstring that says what it owns"
    for node in definitions(tree.body):
        if not ast.get_docstring(node):
            yield f"{path}:{node.lineno} {node.name}: no docstring"


def says_nothing(name: str) -> bool:
    """Whether a name ends in a word that fits everything (`PersonManager`, `own_data`), or begins by doing so (`process_claim`)."""
    words = [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]
    return bool(words) and (words[-1] in VAGUE or words[0] in VAGUE_VERBS)


def vague_names(path: Path) -> Iterator[str]:
    """Modules, classes and functions whose name says nothing."""
    for part in path.relative_to(ROOT).with_suffix("").parts if path.is_relative_to(ROOT) else (path.stem,):
        if says_nothing(part):
            yield f"{path}: the name {part}"
    for node in definitions(tree_of(path).body, public=False):
        if says_nothing(node.name) and node.name not in FRAMEWORK:
            yield f"{path}:{node.lineno} {node.name}"


def unfinished(path: Path) -> Iterator[str]:
    """Lines that promise work instead of doing it."""
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        if len(line) < 2000 and UNFINISHED.search(line):
            yield f"{path}:{number}: {line.strip()[:90]}"


def skips(path: Path) -> Iterator[str]:
    """Tests that do not run: marked, skipped inside, or imported only if something is there."""
    for node in ast.walk(tree_of(path)):
        if re.fullmatch(r"pytest\.(mark\.)?(skip|skipif|xfail|importorskip)", ast.unparse(node) if isinstance(node, ast.Attribute) else ""):
            yield f"{path}:{node.lineno} {ast.unparse(node)}"


def mocks(path: Path) -> Iterator[str]:
    """Imports of mock libraries: our own code is tried for real."""
    for node in ast.walk(tree_of(path)):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        yield from (f"{path}:{node.lineno} imports {name}" for name in names if name.endswith("mock"))


def broken_links(path: Path) -> Iterator[str]:
    """Relative links and pictures of a Markdown file that lead nowhere."""
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)", path.read_text()):
        if not re.match(r"[a-z]+:", target) and not (path.parent / target).exists():
            yield f"{path}: {target}"
