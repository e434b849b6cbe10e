"""The systemd unit is one that systemd accepts, and keeps what docs/operations.md promises."""

import configparser
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from medrd_kg.settings import Settings


class _Repeatable(dict[str, str]):
    """Options of a unit: those that stand several times are joined, as systemd does."""

    def __setitem__(self, key: str, value: object) -> None:
        if isinstance(value, list) and isinstance(self.get(key), list):
            value = [*self[key], *value]
        super().__setitem__(key, value)  # type: ignore[assignment]


@pytest.fixture
def unit_file(checkout: Path) -> Path:
    """The shipped unit."""
    return checkout / "deploy" / "medrd-kg.service"


@pytest.fixture
def service(unit_file: Path) -> Mapping[str, str]:
    """Its section on the service."""
    parser = configparser.ConfigParser(
        strict=False, interpolation=None, dict_type=_Repeatable, delimiters=("=",)
    )
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(unit_file, encoding="utf-8")
    return dict(parser["Service"])


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("User", "medrd-kg"),
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("PrivateTmp", "yes"),
        ("CapabilityBoundingSet", ""),
        ("RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6 AF_NETLINK"),
        ("StateDirectory", "medrd-kg"),
        ("KillMode", "mixed"),
        ("OOMPolicy", "continue"),
        ("RestartPreventExitStatus", "2"),
        ("EnvironmentFile", "-/etc/medrd-kg/environment"),
    ],
)
def test_what_is_promised_is_set(service: Mapping[str, str], option: str, value: str) -> None:
    assert service[option] == value


def test_there_is_time_to_stop_and_a_bound_on_memory(service: Mapping[str, str]) -> None:
    assert int(service["TimeoutStopSec"].removesuffix("s")) >= 10
    assert int(service["MemoryMax"].removesuffix("G")) >= 2


def test_its_settings_exist(service: Mapping[str, str]) -> None:
    given = dict(line.split("=", 1) for line in service["Environment"].splitlines() if line.strip())
    assert Settings.load(given) is not None
    names = {f"MEDRD_KG_{name.upper()}" for name in Settings.model_fields}
    assert given.keys() <= names
    assert given["MEDRD_KG_DATA_DIR"] == f"/var/lib/{service['StateDirectory']}"


def test_no_token_stands_in_it(unit_file: Path) -> None:
    assert "_TOKEN" not in unit_file.read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_accepts_it(unit_file: Path, tmp_path: Path) -> None:
    """The program stands elsewhere here; every other word is the shipped one."""
    text = unit_file.read_text(encoding="utf-8")
    program = "/opt/medrd-kg/bin/medrd-kg"
    assert program in text
    copy = tmp_path / unit_file.name
    copy.write_text(text.replace(program, sys.executable), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(copy)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "medrd-kg.service" not in done.stdout + done.stderr
