"""The list of secrets against what exists: no secret without a way to change it, no way that does not exist."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from infra.alerting.routes import AlertSettings
from infra.city.folder import write_city
from infra.keys.inventory import SECRETS, WAYS, carrying, covering
from infra.local.settings import LocalSettings
from infra.nats.collector import CollectorSettings
from services.consultation.service import SERVICE as CONSULTATION
from services.members.service import SERVICE as MEMBERS
from services.notify.service import SERVICE as NOTIFY
from services.portal.service import SERVICE as PORTAL
from services.proposals.service import SERVICE as PROPOSALS
from tests.compose import CITY, ROOT, Compose
from tongxin.main import app

COMPOSE: Final = Compose()
SUSPECT: Final = re.compile(r"PASSWORD|SECRET|SEED|TOKEN|KEY|WEBHOOK$|WEBHOOK_URL|DATABASE.*_URL|CREDENTIAL")
"""What the name of a variable with a secret, or with the way to one, looks like."""
SETTINGS: Final = (
    LocalSettings,
    AlertSettings,
    CollectorSettings,
    *(service.settings for service in (MEMBERS, PROPOSALS, CONSULTATION, NOTIFY, PORTAL)),
)


def nobody_changes(
    secrets: Mapping[str, Mapping[str, str]], environments: Iterable[Mapping[str, Any]]
) -> list[str]:
    """Secrets of a compose file, and variables that look like one, which the list does not know."""
    files = {name: str(secret["file"]).removeprefix(f"{CITY}/") for name, secret in secrets.items()}
    unknown = [f"secret {name}: {file}" for name, file in files.items() if not covering(file)]
    variables = {name for environment in environments for name in environment}
    unknown += [
        f"variable {name}" for name in sorted(variables) if SUSPECT.search(name) and not carrying(name)
    ]
    return unknown


def environments() -> list[dict[str, str]]:
    """Of every container."""
    return [COMPOSE.environment(service) for service in COMPOSE.services]


def test_every_secret_of_compose_has_a_way_to_be_changed() -> None:
    assert len(COMPOSE.data["secrets"]) > 10
    assert nobody_changes(COMPOSE.data["secrets"], environments()) == []


def test_a_new_secret_that_nobody_can_change_is_found() -> None:
    added = COMPOSE.data["secrets"] | {"sms": {"file": f"{CITY}/passwords/sms"}}
    assert nobody_changes(added, environments()) == ["secret sms: passwords/sms"]
    told = [*environments(), {"TONGXIN_SMS_SECRET": "x"}]
    assert nobody_changes(COMPOSE.data["secrets"], told) == ["variable TONGXIN_SMS_SECRET"]


def test_every_file_of_a_citys_folder_is_in_the_list(tmp_path: Path) -> None:
    city = tmp_path / "city"
    write_city(city)
    written = [str(file.relative_to(city)) for file in city.rglob("*") if file.is_file()]
    assert [file for file in written if not covering(file)] == []
    for secret in SECRETS:
        for pattern in secret.files:
            made = any(secret in covering(file) for file in written)
            assert made or pattern.split("/")[0] in {"agencies", "alerts", "certificates"}, pattern


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda one: one.__module__)
def test_every_setting_that_is_a_secret_is_in_the_list(settings: Any) -> None:
    for name, known in settings.model_fields.items():
        variable = str(known.validation_alias or f"TONGXIN_{name.upper()}")
        secret = known.annotation in {SecretStr, SecretStr | None} or SUSPECT.search(variable)
        assert not secret or carrying(variable), variable


def test_every_way_is_named_and_every_way_named_exists() -> None:
    named = {
        found.group(1)
        for secret in SECRETS
        if (found := re.match(r"tongxin keys rotate (\w+)", secret.change))
    }
    assert named == set(WAYS)
    shown = CliRunner().invoke(app, ["keys", "rotate", "nonsense"])
    assert all(way in shown.output for way in WAYS)
    listed = CliRunner().invoke(app, ["keys", "list"]).output
    for secret in SECRETS:
        assert f"{secret.name}（{secret.place()}）\n    {secret.change}\n" in listed
        assert secret.place()


def test_the_manual_says_each_of_them() -> None:
    manual = (ROOT / "docs/operators.md").read_text("utf-8").split("\n## Keys\n")[1].split("\n## ")[0]
    rows = set(re.findall(r"^\| `(\w+)` \|", manual, re.MULTILINE))
    assert rows == set(WAYS)
