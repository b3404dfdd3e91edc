"""The scans see what they look for, and never call audited what nobody answered for."""

from pathlib import Path

from tests.scans.dependencies import FOUND, NOT_AUDITED, node_packages, python_packages
from tests.scans.secrets import found_in, known

WEAK = {"id": "PYSEC-2026-1", "fix_versions": ["2.0"]}


def test_a_planted_secret_is_found(tmp_path: Path) -> None:
    # Put together here, so that the scan of this very file finds nothing.
    planted = {
        "settings.py": "aws_key = 'AKIA" + "Q3X4T5Z6W7V2U3S4'",
        "notes.md": "-----BEGIN " + "RSA PRIVATE KEY-----",
        "deploy.yaml": "url: postgres://tongxin:" + "s3cr3tp4ss@db/members",
        "token.txt": "ghp_" + "a1B2c3" * 6,
    }
    for name, text in planted.items():
        (tmp_path / name).write_text(text + "\n")
    found = {finding[0] for finding, _ in found_in(tmp_path.iterdir())}
    assert found == set(planted)


def test_every_known_finding_has_a_reason() -> None:
    assert known()
    assert all(len(why) > 15 for why in known().values())


def test_packages_that_nobody_answered_for_are_not_audited() -> None:
    fine = {"name": "a", "version": "1", "vulns": []}
    assert python_packages({"dependencies": [fine]}) == 0
    assert python_packages({"dependencies": [fine, {"name": "b", "skip_reason": "not found"}]}) == NOT_AUDITED
    assert python_packages({"dependencies": [{"name": "tongxin", "skip_reason": "ours"}, fine]}) == 0


def test_a_weakness_is_a_finding_even_where_others_were_skipped() -> None:
    weak = {"name": "a", "version": "1", "vulns": [WEAK]}
    assert python_packages({"dependencies": [weak, {"name": "b", "skip_reason": "not found"}]}) == FOUND


def test_a_registry_that_does_not_answer_leaves_npm_not_audited() -> None:
    assert node_packages({"message": "405"}) == NOT_AUDITED
    counted = {"metadata": {"vulnerabilities": {"total": 0}, "dependencies": {"total": 9}}}
    assert node_packages(counted) == 0
    counted["metadata"]["vulnerabilities"]["total"] = 2
    assert node_packages(counted) == FOUND
