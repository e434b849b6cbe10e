"""Roles by bearer tokens."""

import hashlib
from pathlib import Path

import pytest

from medrd_kg.problems import Problem
from medrd_kg.settings import Settings
from medrd_kg.web.authorization import Authority, Role

READER, EDITOR, ADMIN = ("reader" * 4, "editor" * 4, "administrator" * 2)
TOKENS = {"reader_token": READER, "editor_token": EDITOR, "admin_token": ADMIN}


def authority(folder: Path, **tokens: str) -> Authority:
    return Authority(Settings.load({}, data_dir=folder, **tokens))


def bearer(token: str) -> list[tuple[bytes, bytes]]:
    return [(b"host", b"example.org"), (b"authorization", f"Bearer {token}".encode())]


def refusal(known: Authority, role: Role, headers: list[tuple[bytes, bytes]]) -> Problem:
    with pytest.raises(Problem) as caught:
        known.require(role, headers)
    return caught.value


@pytest.mark.parametrize("hashed", [False, True])
def test_each_token_gives_its_role(tmp_path: Path, *, hashed: bool) -> None:
    configured = {
        name: f"sha256:{hashlib.sha256(token.encode()).hexdigest()}" if hashed else token
        for name, token in TOKENS.items()
    }
    known = authority(tmp_path, **configured)
    roles = [known.role_of(bearer(token)) for token in TOKENS.values()]
    assert roles == [Role.READER, Role.EDITOR, Role.ADMIN]
    assert known.role_of([]) == Role.ANONYMOUS


def test_the_digest_itself_is_no_token(tmp_path: Path) -> None:
    digest = f"sha256:{hashlib.sha256(EDITOR.encode()).hexdigest()}"
    known = authority(tmp_path, editor_token=digest)
    for guess in (digest, digest.removeprefix("sha256:")):
        assert refusal(known, Role.EDITOR, bearer(guess)).slug == "unauthorized"


@pytest.mark.parametrize(
    ("token", "roles"),
    [
        (READER, {Role.READER}),
        (EDITOR, {Role.READER, Role.EDITOR}),
        (ADMIN, {Role.READER, Role.EDITOR, Role.ADMIN}),
    ],
)
def test_roles_include_each_other(tmp_path: Path, token: str, roles: set[Role]) -> None:
    known = authority(tmp_path, **TOKENS)
    for role in (Role.READER, Role.EDITOR, Role.ADMIN):
        if role in roles:
            assert known.require(role, bearer(token)) >= role
        else:
            problem = refusal(known, role, bearer(token))
            assert problem.slug == "forbidden"
            assert f"MEDRD_KG_{role.name}_TOKEN" in (problem.hint or "")


def test_two_roles_with_one_token_give_the_higher(tmp_path: Path) -> None:
    known = authority(tmp_path, reader_token=ADMIN, admin_token=ADMIN)
    assert known.role_of(bearer(ADMIN)) == Role.ADMIN


def test_a_missing_token_is_asked_for(tmp_path: Path) -> None:
    problem = refusal(authority(tmp_path, **TOKENS), Role.EDITOR, [])
    assert problem.slug == "unauthorized"
    assert problem.headers == {"WWW-Authenticate": 'Bearer realm="medrd-kg"'}


@pytest.mark.parametrize("token", ["wrong", EDITOR[:-1], f"{EDITOR}x", f"{EDITOR}, {ADMIN}"])
@pytest.mark.parametrize("role", [Role.ANONYMOUS, Role.READER, Role.EDITOR])
def test_a_wrong_token_is_refused_without_being_told(
    tmp_path: Path, token: str, role: Role
) -> None:
    problem = refusal(authority(tmp_path, **TOKENS), role, bearer(token))
    assert problem.slug == "unauthorized"
    assert problem.headers["WWW-Authenticate"].endswith('error="invalid_token"')
    assert token not in f"{problem} {problem.document()} {problem.headers}"


@pytest.mark.parametrize("value", [b"Bearer", b"Bearer ", b"bearer   "])
def test_a_malformed_header_is_refused(tmp_path: Path, value: bytes) -> None:
    problem = refusal(authority(tmp_path, **TOKENS), Role.READER, [(b"authorization", value)])
    assert problem.slug == "unauthorized"
    assert "invalid_request" in problem.headers["WWW-Authenticate"]


def test_two_headers_are_refused(tmp_path: Path) -> None:
    headers = [*bearer(EDITOR), *bearer(EDITOR)]
    problem = refusal(authority(tmp_path, **TOKENS), Role.EDITOR, headers)
    assert problem.slug == "malformed-request"


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer  "])
def test_the_scheme_is_read_without_its_case(tmp_path: Path, scheme: str) -> None:
    headers = [(b"authorization", f"{scheme} {EDITOR}".encode())]
    assert authority(tmp_path, **TOKENS).role_of(headers) == Role.EDITOR


def test_other_schemes_prove_nothing(tmp_path: Path) -> None:
    basic = [(b"authorization", b"Basic dXNlcjpzZWNyZXQ=")]
    known = authority(tmp_path, editor_token=EDITOR)
    assert known.require(Role.READER, basic) == Role.ANONYMOUS
    assert refusal(known, Role.EDITOR, basic).slug == "unauthorized"


def test_what_no_token_allows_is_forbidden_by_name(tmp_path: Path) -> None:
    problem = refusal(authority(tmp_path), Role.EDITOR, bearer(EDITOR))
    assert problem.slug == "forbidden"
    assert "MEDRD_KG_EDITOR_TOKEN" in problem.detail


def test_an_administrator_writes_without_an_editor(tmp_path: Path) -> None:
    known = authority(tmp_path, admin_token=ADMIN)
    assert known.require(Role.EDITOR, bearer(ADMIN)) == Role.ADMIN
    assert refusal(known, Role.EDITOR, []).slug == "forbidden"


def test_anybody_reads_unless_a_token_is_set(tmp_path: Path) -> None:
    assert authority(tmp_path).require(Role.READER, bearer("whatever")) == Role.ANONYMOUS
    assert authority(tmp_path, editor_token=EDITOR).require(Role.READER, []) == Role.ANONYMOUS
    assert refusal(authority(tmp_path, **TOKENS), Role.READER, []).slug == "unauthorized"
