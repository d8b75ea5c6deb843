"""The commands, run as their users run them, with and without a server beside them."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import httpx
import jwt
import pytest

import frontrow
from tests.support.free_ports import free_port
from tests.support.server import RunningServer, run_frontrow

LAYOUT = {
    "id": "parlour",
    "name": "The Parlour",
    "canvasW": 200,
    "canvasH": 100,
    "categories": [{"id": "seat", "name": "Seat", "color": "#336699", "price": 12.5}],
    "seats": [
        {"id": f"A{n}", "position": {"x": 20 * n, "y": 50}, "categoryId": "seat", "rowLabel": "A", "seatNumber": n}
        for n in range(1, 9)
    ],
}


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    path = tmp_path / "parlour.json"
    path.write_text(json.dumps(LAYOUT))
    return path


def test_the_version_is_the_packages(tmp_path: Path) -> None:
    assert run_frontrow("--version", data_dir=tmp_path).stdout == f"frontrow {frontrow.__version__}\n"


@pytest.mark.parametrize(
    "command", ["demo", "serve", "seed", "token", "layout", "event", "notices", "migrate", "doctor"]
)
def test_every_command_says_what_it_does(command: str, tmp_path: Path) -> None:
    done = run_frontrow(command, "--help", data_dir=tmp_path)
    assert done.returncode == 0
    assert "Usage:" in done.stdout


def test_a_token_names_its_user_and_roles(tmp_path: Path) -> None:
    done = run_frontrow("token", "--user", "ann", "--role", "admin", "--role", "integrator", data_dir=tmp_path)
    claims = jwt.decode(done.stdout.strip(), (tmp_path / "jwt-secret").read_text().strip(), algorithms=["HS256"])
    assert (claims["sub"], claims["roles"]) == ("ann", ["admin", "integrator"])


def test_a_token_for_the_demo_is_signed_with_the_secret_of_the_demos_own_folder(tmp_path: Path) -> None:
    unset = {"FRONTROW_DATA_DIR": "", "XDG_DATA_HOME": str(tmp_path)}
    done = run_frontrow("token", "--user", "ann", "--demo", data_dir=tmp_path, extra=unset)
    assert done.returncode == 0, done.stderr
    secret = (tmp_path / "frontrow" / "demo" / "jwt-secret").read_text().strip()
    assert jwt.decode(done.stdout.strip(), secret, algorithms=["HS256"])["sub"] == "ann"


def test_the_demos_own_folder_is_looked_at_and_worked_in_when_asked_for(drawing: Path, tmp_path: Path) -> None:
    unset = {"FRONTROW_DATA_DIR": "", "XDG_DATA_HOME": str(tmp_path), "COLUMNS": "500"}
    folder = tmp_path / "frontrow" / "demo"
    imported = run_frontrow("layout", "import", str(drawing), "--demo", data_dir=tmp_path, extra=unset)
    assert imported.stdout == "parlour version 1\n", imported.stderr
    created = _create_event(tmp_path, "--demo", extra=unset)
    assert (created.returncode, created.stdout) == (0, "opening\n"), created.stderr
    looked = run_frontrow("doctor", "--demo", data_dir=tmp_path, extra=unset)
    assert looked.returncode == 0
    assert str(folder) in looked.stdout


def test_a_user_that_no_token_can_name_is_refused(tmp_path: Path) -> None:
    done = run_frontrow("token", "--user", "x" * 256, data_dir=tmp_path)
    assert done.returncode == 2
    assert "1 to 255 bytes" in done.stderr
    of_session = run_frontrow("token", "--user", "guest:5nYy3vS0T0mQ2b1c7JkR9w:john", data_dir=tmp_path)
    assert of_session.returncode == 2


def test_a_role_that_does_not_exist_is_refused_with_those_that_do(tmp_path: Path) -> None:
    done = run_frontrow("token", "--user", "ann", "--role", "amin", data_dir=tmp_path)
    assert done.returncode == 2
    for named in ("amin", "admin", "integrator"):
        assert named in done.stderr


def test_no_token_is_signed_with_what_the_server_would_not_start_with(tmp_path: Path) -> None:
    secret = {"FRONTROW_JWT_SECRET": "-----BEGIN PUBLIC KEY-----"}
    done = run_frontrow("token", "--user", "ann", data_dir=tmp_path, extra=secret)
    assert (done.returncode, done.stdout) == (2, "")
    assert "FRONTROW_JWT_SECRET" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_short_secret_is_warned_of_beside_the_token(tmp_path: Path) -> None:
    done = run_frontrow("token", "--user", "ann", data_dir=tmp_path, extra={"FRONTROW_JWT_SECRET": "hush"})
    assert jwt.get_unverified_header(done.stdout.strip())["alg"] == "HS256"
    assert "under 32 bytes" in done.stderr
    assert "Warning" not in done.stderr


def test_a_setting_out_of_bounds_is_named_with_its_remedy(tmp_path: Path) -> None:
    done = run_frontrow("doctor", data_dir=tmp_path, extra={"FRONTROW_HOLD_MINUTES": "0"})
    assert done.returncode == 2
    assert "FRONTROW_HOLD_MINUTES='0'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"FRONTROW_PAYMENT_GATEWAY": "stripe"}, "FRONTROW_STRIPE_SECRET_KEY"),
        ({"FRONTROW_SMTP_URL": "smtp://localhost"}, "FRONTROW_EMAIL_FROM"),
        ({"FRONTROW_PUBLIC_URL": "tickets"}, "FRONTROW_PUBLIC_URL"),
    ],
)
def test_the_doctor_finds_settings_that_the_server_would_not_start_with(
    settings: dict[str, str], named: str, tmp_path: Path
) -> None:
    looked = run_frontrow("doctor", data_dir=tmp_path, extra=settings)
    assert looked.returncode == 1
    assert named in looked.stdout


def test_more_than_one_worker_is_refused_on_sqlite(tmp_path: Path) -> None:
    done = run_frontrow("serve", "--workers", "2", data_dir=tmp_path)
    assert done.returncode == 2
    assert "PostgreSQL" in done.stderr


class TestWithoutAServer:
    def test_seeding_prints_the_events_and_may_be_repeated(self, tmp_path: Path) -> None:
        first = run_frontrow("seed", data_dir=tmp_path)
        assert first.returncode == 0, first.stderr
        assert "64f123456789abcd12345678" in first.stdout.split()
        assert run_frontrow("seed", data_dir=tmp_path).stdout == first.stdout

    def test_a_sound_drawing_is_summed_up(self, drawing: Path, tmp_path: Path) -> None:
        done = run_frontrow("layout", "validate", str(drawing), data_dir=tmp_path)
        assert (done.returncode, done.stdout) == (0, "parlour: 8 seats, 1 category\n")

    def test_every_fault_of_a_drawing_is_named(self, drawing: Path, tmp_path: Path) -> None:
        seats = [{**LAYOUT["seats"][0], "categoryId": "gold"}, {**LAYOUT["seats"][0], "position": {"x": 999, "y": 1}}]  # type: ignore[index]
        drawing.write_text(json.dumps({**LAYOUT, "seats": seats}))
        done = run_frontrow("layout", "validate", str(drawing), data_dir=tmp_path)
        assert done.returncode == 1
        for named in ("gold", "seats[1]", "A1"):
            assert named in done.stderr

    def test_a_drawing_comes_back_from_export_as_it_was_imported(self, drawing: Path, tmp_path: Path) -> None:
        imported = run_frontrow("layout", "import", str(drawing), data_dir=tmp_path)
        assert imported.stdout == "parlour version 1\n", imported.stderr
        exported = run_frontrow("layout", "export", "parlour", data_dir=tmp_path)
        assert json.loads(exported.stdout)["seats"][7]["id"] == "A8"
        again = run_frontrow("layout", "import", "-", data_dir=tmp_path, stdin=exported.stdout.encode())
        assert again.stdout == "parlour version 1\n", again.stderr

    def test_the_latest_version_is_exported_unless_another_is_named(self, drawing: Path, tmp_path: Path) -> None:
        _import_two_versions(drawing, tmp_path)
        assert _exported_name(tmp_path) == "The Parlour, rebuilt"
        assert _exported_name(tmp_path, "--version", "1") == "The Parlour"
        missing = run_frontrow("layout", "export", "nowhere", data_dir=tmp_path)
        assert missing.returncode == 2
        assert missing.stderr.startswith("error: there is no layout 'nowhere' in ")
        assert "".join(str(tmp_path).split()) in "".join(missing.stderr.split())
        assert "--demo" in missing.stderr

    @pytest.mark.parametrize(
        ("times", "said"),
        [
            (("--starts-at", "2020-05-01T20:00"), "its sale ended at 2020-05-01 20:00 "),
            (("--starts-at", "2020-05-01T20:00", "--sales-end", "2035-05-01"), "it started at 2020-05-01 20:00 "),
        ],
    )
    def test_an_event_in_the_past_is_made_and_said_to_be_past(
        self, drawing: Path, tmp_path: Path, times: tuple[str, ...], said: str
    ) -> None:
        run_frontrow("layout", "import", str(drawing), data_dir=tmp_path)
        command = ("event", "create", "--name", "Opening night", "--layout", "parlour", "--event-id", "opening")
        done = run_frontrow(*command, *times, data_dir=tmp_path)
        assert (done.returncode, done.stdout) == (0, "opening\n")
        assert said in done.stderr

    def test_the_ledger_is_its_owners_alone_in_a_folder_open_to_others(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o755)
        assert run_frontrow("migrate", data_dir=tmp_path).returncode == 0
        assert (tmp_path / "ledger.sqlite3").stat().st_mode & 0o777 == 0o600

    def test_an_event_goes_on_sale(self, drawing: Path, tmp_path: Path) -> None:
        run_frontrow("layout", "import", str(drawing), data_dir=tmp_path)
        done = _create_event(tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, "opening\n", "")

    def test_an_event_on_no_layout_is_refused(self, tmp_path: Path) -> None:
        done = _create_event(tmp_path)
        assert done.returncode == 2
        assert "parlour" in done.stderr

    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        done = run_frontrow("layout", "import", "nowhere.json", data_dir=tmp_path)
        assert done.returncode == 2
        assert "nowhere.json" in done.stderr

    def test_migrating_is_repeatable(self, tmp_path: Path) -> None:
        first = run_frontrow("migrate", data_dir=tmp_path)
        assert first.returncode == 0, first.stderr
        assert run_frontrow("migrate", data_dir=tmp_path).stdout == first.stdout

    def test_the_doctor_finds_a_ledger_without_a_schema(self, tmp_path: Path) -> None:
        done = run_frontrow("doctor", data_dir=tmp_path)
        assert done.returncode == 1
        assert "frontrow migrate" in done.stdout

    def test_the_doctor_is_content_with_a_migrated_installation(self, tmp_path: Path) -> None:
        run_frontrow("migrate", data_dir=tmp_path)
        done = run_frontrow("doctor", data_dir=tmp_path)
        assert done.returncode == 0, done.stdout
        for subject in ("hold store", "clock skew", "ledger", "round trip"):
            assert subject in done.stdout

    def test_the_doctor_names_a_setting_that_nothing_reads(self, tmp_path: Path) -> None:
        run_frontrow("migrate", data_dir=tmp_path)
        done = run_frontrow("doctor", data_dir=tmp_path, extra={"FRONTROW_HOLD_MINUTS": "5"})
        assert "FRONTROW_HOLD_MINUTS" in done.stdout


class TestBesideAServer:
    def test_layouts_and_events_reach_the_server(self, installation: RunningServer, drawing: Path) -> None:
        done = run_frontrow("layout", "import", str(drawing), data_dir=installation.data_dir)
        assert done.stdout == "parlour version 1\n", done.stderr
        assert _create_event(installation.data_dir).stdout == "opening\n"
        event = httpx.get(f"{installation.url}/api/v1/events/opening", timeout=60).json()
        assert event["orphanRule"] is True
        assert (event["layoutId"], event["prices"]) == ("parlour", {"seat": 1250})
        exported = run_frontrow("layout", "export", "parlour", data_dir=installation.data_dir)
        assert json.loads(exported.stdout)["name"] == "The Parlour"

    def test_the_server_is_asked_for_the_latest_version(self, installation: RunningServer, tmp_path: Path) -> None:
        drawing = tmp_path / "salon.json"
        _import_two_versions(drawing, installation.data_dir, id="salon")
        assert _exported_name(installation.data_dir, layout="salon") == "The Parlour, rebuilt"
        missing = run_frontrow("layout", "export", "no/where", data_dir=installation.data_dir)
        assert missing.returncode == 2
        assert "no/where" in missing.stderr

    def test_what_the_server_refuses_is_said_field_by_field(self, installation: RunningServer, drawing: Path) -> None:
        drawing.write_text(json.dumps({**LAYOUT, "canvasW": -1}))
        done = run_frontrow("layout", "import", str(drawing), data_dir=installation.data_dir)
        assert done.returncode == 2
        assert "canvasW" in done.stderr

    def test_seeding_goes_through_the_server(self, installation: RunningServer) -> None:
        done = run_frontrow("seed", data_dir=installation.data_dir)
        assert done.returncode == 0, done.stderr
        assert "movie123" in done.stdout.split()

    def test_the_doctor_asks_the_server(self, installation: RunningServer) -> None:
        done = run_frontrow("doctor", data_dir=installation.data_dir)
        assert done.returncode == 0, done.stdout
        assert str(installation.process.pid) in done.stdout

    def test_migrating_is_the_servers_business(self, installation: RunningServer) -> None:
        done = run_frontrow("migrate", data_dir=installation.data_dir)
        assert done.returncode == 0
        assert "brought it up to date" in done.stdout

    def test_a_second_server_on_the_same_folder_is_refused(self, installation: RunningServer) -> None:
        done = run_frontrow("serve", "--port", str(free_port()), data_dir=installation.data_dir)
        assert done.returncode == 2
        assert "in use by another Frontrow" in done.stderr

    def test_a_busy_port_is_refused_with_the_remedy(self, installation: RunningServer, tmp_path: Path) -> None:
        port = installation.url.rpartition(":")[2]
        done = run_frontrow("serve", "--port", port, data_dir=tmp_path)
        assert done.returncode == 2
        assert f"port {port} is in use" in done.stderr
        assert "--port" in done.stderr


def _import_two_versions(drawing: Path, data_dir: Path, **members: str) -> None:
    for name in ("The Parlour", "The Parlour, rebuilt"):
        drawing.write_text(json.dumps({**LAYOUT, **members, "name": name}))
        done = run_frontrow("layout", "import", str(drawing), data_dir=data_dir)
        assert done.returncode == 0, done.stderr


def _exported_name(data_dir: Path, *options: str, layout: str = "parlour") -> str:
    exported = run_frontrow("layout", "export", layout, *options, data_dir=data_dir)
    return str(json.loads(exported.stdout)["name"])


def _create_event(
    data_dir: Path, *more: str, extra: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return run_frontrow(
        *("event", "create", "--name", "Opening night", "--layout", "parlour", "--event-id", "opening"),
        *("--starts-at", "2035-05-01T20:00+02:00", "--orphan-rule", *more),
        data_dir=data_dir,
        extra=extra,
    )
