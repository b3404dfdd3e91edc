"""What import-linter cannot say: rules import nothing but contracts, the standard library and each other."""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def _imported(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return found


def _foreign(file: Path) -> set[str]:
    service = file.relative_to(ROOT / "services").parts[0]
    own = f"services.{service}.rules"
    return {name for name in _imported(file.read_text()) if not _allowed(name, own)}


def _allowed(name: str, own: str) -> bool:
    if name.startswith("."):
        return not name.startswith("..")
    return name.startswith(own) or name.split(".", maxsplit=1)[0] in sys.stdlib_module_names | {
        "tongxin_contracts"
    }


def test_rules_import_contracts_and_the_standard_library_alone() -> None:
    files = sorted((ROOT / "services").glob("*/rules/**/*.py"))
    assert files, "there are rules to look at"
    assert {str(file.relative_to(ROOT)): _foreign(file) for file in files if _foreign(file)} == {}


def test_the_check_sees_a_forbidden_import() -> None:
    assert _imported("import nats\nfrom chassis.work import Work\nfrom . import points") == {
        "nats",
        "chassis.work",
        ".",
    }
