"""Who is told of an alert: what is written for Alertmanager, and whether it takes it."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from infra.alerting.routes import PASSWORD_FILE, AlertSettings, write
from tests.compose import ROOT, Compose

MAIL = {"alert_mail": "duty@example.cn", "smtp_host": "mail.example.cn", "smtp_user": "tongxin"}
WEBHOOK = {"alert_webhook": "https://oncall.example.cn/hook?key=x"}
CHOICES: dict[str, dict[str, Any]] = {
    "nobody": {},
    "webhook": WEBHOOK,
    "mail": MAIL | {"mail_from": "同心 <tongxin@example.cn>"},
    "both": MAIL | WEBHOOK | {"smtp_security": "tls", "smtp_port": 465},
}


@pytest.mark.parametrize("choice", CHOICES)
def test_alertmanager_takes_what_is_written(tmp_path: Path, choice: str) -> None:
    file = write(AlertSettings(data=tmp_path, **CHOICES[choice]))
    assert file.stat().st_mode & 0o077 == 0, "an address can hold a secret"
    written = yaml.safe_load(file.read_text("utf-8"))
    [receiver] = written["receivers"]
    assert ("webhook_configs" in receiver) == ("alert_webhook" in CHOICES[choice])
    assert ("email_configs" in receiver) == ("alert_mail" in CHOICES[choice])
    assert written["route"]["receiver"] == receiver["name"]
    if "alert_mail" in CHOICES[choice]:
        assert written["global"]["smtp_auth_password_file"] == PASSWORD_FILE, "never the password itself"
    amtool = shutil.which("amtool", path=f"{ROOT / 'build' / 'tools'}:/usr/local/bin:/usr/bin:/bin")
    if amtool is None:
        pytest.skip(
            "amtool is not here (infra/prometheus/get-promtool.sh brings it): only the shape was checked"
        )
    checked = subprocess.run([amtool, "check-config", file], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_severity_of_the_rules_has_a_way(tmp_path: Path) -> None:
    rules = [
        rule
        for file in (ROOT / "infra/prometheus/rules").glob("*.yml")
        for group in yaml.safe_load(file.read_text("utf-8"))["groups"]
        for rule in group["rules"]
        if "alert" in rule
    ]
    assert {rule["labels"]["severity"] for rule in rules} == {"page", "ticket"}
    route = yaml.safe_load(write(AlertSettings(data=tmp_path)).read_text("utf-8"))["route"]
    assert [one["matchers"] for one in route["routes"]] == [['severity="ticket"']]


@pytest.mark.parametrize(
    "wrong",
    [{"alert_mail": "duty@example.cn"}, MAIL | {"smtp_security": "tls", "smtp_port": 587}],
    ids=["no mail server", "TLS on another port"],
)
def test_what_could_never_be_sent_is_refused_at_the_start(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AlertSettings(data=tmp_path, **wrong)


def test_the_job_of_compose_writes_where_alertmanager_reads(tmp_path: Path) -> None:
    compose = Compose()
    program, *arguments = compose.services["alert-routes"]["command"]
    assert program == "python"
    environment = compose.environment("alert-routes") | {"TONGXIN_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    [(mounted, target)] = compose.binds("alertmanager")
    told = f"--config.file={target}/alertmanager.yml"
    assert told in compose.services["alertmanager"]["command"]
    assert (tmp_path / mounted.removeprefix("./city/") / "alertmanager.yml").is_file()
    assert "smtp" in compose.services["alertmanager"]["secrets"]
