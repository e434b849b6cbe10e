"""The settings table: sources, precedence and faults."""

import pytest

from medrd_kg.problems import Problem
from medrd_kg.settings import Settings


def test_environment_sets_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDRD_KG_PORT", "8123")
    assert Settings.load().port == 8123


def test_flag_outranks_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDRD_KG_PORT", "8123")
    assert Settings.load(port=9000).port == 9000


def test_flag_not_given_leaves_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDRD_KG_HOST", "::1")
    assert Settings.load(host=None).host == "::1"


def test_origins_are_a_comma_separated_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDRD_KG_CORS_ORIGINS", "https://a.example, https://b.example,")
    assert Settings.load().cors_origins == ("https://a.example", "https://b.example")


def test_union_default_graph_is_a_boolean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDRD_KG_UNION_DEFAULT_GRAPH", "false")
    assert Settings.load().union_default_graph is False


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "70000"),
        ("PORT", "eighty"),
        ("STORE", "sparql+http://127.0.0.1:8890/sparql"),
        ("PUBLIC_URL", "example.org"),
        ("PUBLIC_URL", "https://example.org/kg/"),
        ("MAX_BODY_MB", "0"),
        ("LOG_FORMAT", "xml"),
        ("RELEASES_KEEP", "0"),
        ("WORKERS", "0"),
        ("QUERY_TIMEOUT_SECONDS", "0"),
        ("RATE_LIMIT", "-1"),
        ("LOG_QUERIES", "yes"),
    ],
)
def test_wrong_value_names_the_variable_and_the_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"MEDRD_KG_{name}", value)
    with pytest.raises(Problem) as fault:
        Settings.load()
    assert fault.value.slug == "invalid-settings"
    assert fault.value.kind.exit_code == 2
    assert f"MEDRD_KG_{name} = {value!r}" in str(fault.value)


def test_all_faults_are_reported_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDRD_KG_PORT", "x")
    monkeypatch.setenv("MEDRD_KG_MAX_BODY_MB", "y")
    with pytest.raises(Problem) as fault:
        Settings.load()
    assert "MEDRD_KG_PORT" in str(fault.value)
    assert "MEDRD_KG_MAX_BODY_MB" in str(fault.value)


def test_misspelt_name_is_refused() -> None:
    with pytest.raises(Problem, match="MEDRD_KG_PROT is not a setting"):
        Settings.load({"MEDRD_KG_PROT": "1"})


@pytest.mark.parametrize("value", ["duckdb", "duckdb:"])
def test_engine_of_the_fact_tables_is_named(value: str) -> None:
    assert Settings.load({}, analytics=value).analytics == value


@pytest.mark.parametrize("value", ["", "spark:", "duckdb:/tmp"])
def test_unknown_engine_of_the_fact_tables_is_refused(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("MEDRD_KG_ANALYTICS", value)
    with pytest.raises(Problem, match="MEDRD_KG_ANALYTICS") as fault:
        Settings.load()
    assert fault.value.kind.exit_code == 2


def test_base_url_follows_public_url() -> None:
    assert Settings.load({}, port=1234).base_url == "http://127.0.0.1:1234"
    assert Settings.load({}, public_url="https://kg.example/x").base_url == "https://kg.example/x"


TOKENS = ("READER_TOKEN", "EDITOR_TOKEN", "ADMIN_TOKEN")


@pytest.mark.parametrize("name", TOKENS)
@pytest.mark.parametrize("value", ["", "short", "sha256:", "sha256:" + "g" * 64])
def test_weak_token_is_refused_and_never_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"MEDRD_KG_{name}", value)
    with pytest.raises(Problem, match=f"MEDRD_KG_{name}: must have 24 characters") as fault:
        Settings.load()
    assert not value or value not in str(fault.value).replace("sha256:<64 hex digits>", "")


@pytest.mark.parametrize("name", TOKENS)
@pytest.mark.parametrize("value", ["x" * 24, "sha256:" + "0a" * 32])
def test_strong_token_is_accepted_and_hidden(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"MEDRD_KG_{name}", value)
    settings = Settings.load()
    assert getattr(settings, name.lower()).get_secret_value() == value
    assert value not in repr(settings)
