"""The files to deploy with: they name what there is, agree with one another, and their programs take them."""

import datetime
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from frontrow.settings import Settings, load, unknown_variables, variable_of
from tests.support.missing import skip_for_want_of

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE_FILES = ("compose.yaml", "deploy/compose.tls.yaml")
PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def compose(name: str) -> dict[str, Any]:
    document = yaml.safe_load(text_of(name))
    assert isinstance(document, dict)
    return document


def example() -> dict[str, str]:
    """.env.example as Compose and systemd read it."""
    lines = (line for line in text_of(".env.example").splitlines() if line and not line.startswith("#"))
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def program(name: str) -> str:
    found = shutil.which(name, path=PATH)
    if found is None:
        skip_for_want_of(f"{name} is not installed")
    return found


def run(*command: str, extra: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PATH": PATH, **(extra or {})},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    "name", ["compose.yaml", ".env.example", "Dockerfile", "deploy/frontrow.service", "deploy/smoke.sh"]
)
def test_every_setting_that_is_named_is_one(name: str) -> None:
    named = set(re.findall(r"\bFRONTROW_[A-Z_]*[A-Z]\b", text_of(name)))
    assert named
    assert named <= {variable_of(field.name) for field in msgspec.structs.fields(Settings)}


def test_the_example_can_be_loaded_as_it_is() -> None:
    assert unknown_variables(example()) == []
    settings = load(example())
    assert settings == Settings(), "what it says beside the secrets are the defaults"


@pytest.mark.parametrize("name", COMPOSE_FILES)
def test_what_compose_files_are_to_be_given_stands_in_the_example(name: str) -> None:
    wanted = set(re.findall(r"\$\{([A-Z_]+)", text_of(name)))
    assert wanted
    assert wanted <= example().keys()


def test_the_api_is_given_no_secret_that_is_none_of_its_business() -> None:
    secrets = {name for name in example() if name.endswith("PASSWORD")}
    services = compose("compose.yaml")["services"]
    for name in ("api-1", "api-2", "migrate"):
        environment = services[name]["environment"]
        used = " ".join(environment.values())
        for secret in secrets:
            # Its file has them all; so each is used in an address, or emptied.
            assert f"${{{secret}:" in used or environment.get(secret) == "", (name, secret)
    assert "LEDGER_OWNER_PASSWORD:" not in " ".join(services["api-1"]["environment"].values())


def test_settings_of_the_composed_api_are_valid() -> None:
    environment = {
        name: re.sub(r"\$\{[^}]*\}", "0" * 64, value)
        for name, value in compose("compose.yaml")["services"]["api-1"]["environment"].items()
        if name.startswith("FRONTROW_")
    }
    settings = load(environment)
    assert settings.has_postgres
    assert settings.redis_url is not None


def test_the_balancer_is_believed_by_its_own_address_alone() -> None:
    services = compose("compose.yaml")["services"]
    address = services["balancer"]["networks"]["front"]["ipv4_address"]
    assert services["api-1"]["environment"]["FRONTROW_TRUSTED_PROXIES"] == address


def test_only_the_balancer_can_be_reached_and_the_stores_reach_nobody() -> None:
    document = compose("compose.yaml")
    assert [name for name, service in document["services"].items() if "ports" in service] == ["balancer"]
    assert document["networks"]["stores"] == {"internal": True}
    assert all(document["services"][name]["networks"] == ["stores"] for name in ("store", "ledger"))


@pytest.mark.parametrize("name", COMPOSE_FILES)
def test_every_file_that_is_mounted_is_there(name: str) -> None:
    for service in compose(name)["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert not source.startswith(".") or (ROOT / source).exists(), source


def test_the_balancer_is_given_all_that_its_file_asks_for() -> None:
    asked = set(re.findall(r"\$\{(BALANCER_[A-Z0-9_]+)\}", text_of("deploy/haproxy.cfg")))
    given = [compose(name)["services"]["balancer"]["environment"] for name in COMPOSE_FILES]
    assert set().union(*given) == asked


def test_whoever_stops_the_server_leaves_it_the_time_it_needs() -> None:
    document = compose("compose.yaml")["services"]["api-1"]
    drain_s = int(document["environment"]["FRONTROW_DRAIN_SECONDS"])
    grace_s = 10
    assert int(document["stop_grace_period"].removesuffix("s")) >= drain_s + 2 * grace_s
    [stop_s] = re.findall(r"^TimeoutStopSec=(\d+)$", text_of("deploy/frontrow.service"), re.MULTILINE)
    assert int(stop_s) >= drain_s + 2 * grace_s
    # Its balancer asks every second, twice, and waits for 3 s at most.
    assert "check inter 1s fall 2" in text_of("deploy/haproxy.cfg")
    assert drain_s >= 5


def test_the_ledgers_roles_are_those_that_its_page_tells_of() -> None:
    told = re.findall(r"^(?:REVOKE|GRANT|ALTER)[^;]+;", text_of("docs/postgresql.md").partition("## Settings")[0], re.M)
    named = text_of("deploy/ledger-roles.sql").replace("' || :'database' || '", "frontrow")
    done = " ".join(named.replace(":database", "frontrow").split())
    assert len(told) >= 7
    assert [statement for statement in told if " ".join(statement.split()).removesuffix(";") not in done] == []


def test_what_the_image_copies_is_there_and_let_through() -> None:
    let_through = {line[1:] for line in text_of(".dockerignore").splitlines() if line.startswith("!")}
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", text_of("Dockerfile"), re.MULTILINE)
        for source in shlex.split(line)[:-1]
    ]
    assert set(copied) == let_through
    assert all((ROOT / source).exists() for source in copied)


def test_the_image_runs_as_a_numbered_user_without_rights() -> None:
    assert re.findall(r"^USER (.+)$", text_of("Dockerfile"), re.MULTILINE) == ["10001"]


def test_both_balancers_keep_the_figures_to_themselves_and_say_whom_a_request_comes_from() -> None:
    for name in ("deploy/haproxy.cfg", "deploy/nginx.conf"):
        assert "/metrics" in text_of(name)
        assert re.search(r"set.header X-Forwarded-For [%$]", text_of(name))


PATHS = {
    "/pay/demo/7-AAAAAAAAAAAAAAAAAAAA_-": "/pay/demo/*",
    "/api/v1/demo-payments/12-AAAAAAAAAAAAAAAAAAAAAA/card": "/api/v1/demo-payments/*/card",
    "/api/v1/events/ball-2026/holds/7-AAAAAAAAAAAAAAAAAAAAAA/extend": "/api/v1/events/ball-2026/holds/*/extend",
    "/api/v1/events/7-a/seat-states": "/api/v1/events/7-a/seat-states",
}


@pytest.mark.parametrize("path", PATHS)
def test_ids_of_what_somebody_has_are_in_no_log_of_a_balancer(path: str) -> None:
    haproxy, nginx = text_of("deploy/haproxy.cfg"), text_of("deploy/nginx.conf")
    shown = path
    for pattern, written in re.findall(r'regsub\("([^"]+)","([^"]+)"', haproxy):
        shown = re.sub(pattern, written, shown)
    assert shown == PATHS[path]
    [pattern] = re.findall(r'"~(.+)" \$before\*\$after;', nginx)
    found = re.search(pattern.replace("(?<", "(?P<"), path)
    assert (path if found is None else f"{found['before']}*{found['after'] or ''}") == PATHS[path]
    assert not re.search(r"%HP|%HU|%r |\$uri|\$request ", " ".join(re.findall(r"log.format .+", haproxy + nginx)))


@pytest.mark.parametrize("speaks_tls", [False, True])
def test_haproxy_takes_its_file(tmp_path: Path, speaks_tls: bool) -> None:
    balancer = {"BALANCER_LISTEN": ":8080", "BALANCER_API_1": "127.0.0.1:8001", "BALANCER_API_2": "127.0.0.1:8002"}
    if speaks_tls:
        certificate = tmp_path / "certificate.pem"
        certificate.write_bytes(certificate_for_nobody())
        balancer |= {
            "BALANCER_CERTIFICATE": str(certificate),
            "BALANCER_TLS_LISTEN": ":8443",
            "BALANCER_TLS_PORT": "8443",
        }
    said = run(program("haproxy"), "-c", "-f", str(DEPLOY / "haproxy.cfg"), extra=balancer)
    assert "WARNING" not in said


def certificate_for_nobody() -> bytes:
    """A certificate that it has signed itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "nobody.example")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    return certificate.public_bytes(encoding) + key.private_bytes(
        encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def test_nginx_takes_its_file(tmp_path: Path) -> None:
    folders = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{name}_temp_path {tmp_path / name};" for name in folders)
    main = tmp_path / "nginx.conf"
    here = text_of("deploy/nginx.conf").replace("listen 80;", "listen 127.0.0.1:8480;").replace("listen [::]:80;", "")
    (tmp_path / "frontrow.conf").write_text(here)
    main.write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ {temporary} include {tmp_path}/frontrow.conf; }}"
    )
    said = run(program("nginx"), "-t", "-e", "stderr", "-c", str(main))
    assert "[warn]" not in said


def test_systemd_takes_its_unit(tmp_path: Path) -> None:
    unit = tmp_path / "frontrow.service"
    unit.write_text(text_of("deploy/frontrow.service").replace("/opt/frontrow/current/bin/frontrow", "/bin/true"))
    analyze = shutil.which("systemd-analyze")
    if analyze is None:  # in CI as well: a container has no systemd
        pytest.skip("systemd-analyze is not installed")
    assert "frontrow.service" not in run(analyze, "verify", "--man=no", str(unit))


@pytest.mark.parametrize("script", sorted(path.name for path in DEPLOY.glob("*.sh")))
def test_every_script_can_be_read_by_its_shell_and_may_be_run(script: str) -> None:
    path = DEPLOY / script
    first = path.read_text(encoding="utf-8").splitlines()[0]
    run("bash" if first.endswith("bash") else "sh", "-n", str(path))
    assert os.access(path, os.X_OK)


def test_every_file_is_told_of_in_the_documentation_or_by_a_file_that_is() -> None:
    told = "".join(
        text_of(name)
        for name in ("docs/deployment.md", "docs/operations.md", "compose.yaml", "deploy/start-store.sh", "Dockerfile")
    )
    assert [path.name for path in DEPLOY.iterdir() if path.name not in told] == []
