"""Old releases go when their time or their room is over; builds begin only where they fit."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.build.conftest import Content, Recorder

from medrd_kg.build import pipeline, retention
from medrd_kg.build.manifest import BUILDER_SCHEMA, Manifest
from medrd_kg.build.pipeline import build_release, ensure_release, open_current
from medrd_kg.build.release import Releases
from medrd_kg.build.retention import beyond_budget, size_of
from medrd_kg.problems import Problem

Build = Callable[[], Manifest]


class Usage(NamedTuple):
    """What `shutil.disk_usage` returns."""

    total: int
    used: int
    free: int


def doctor(release: Path, **changes: object) -> None:
    """Change members of a release's manifest."""
    path = release / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes), encoding="utf-8")


def versions(data_dir: Path) -> set[str]:
    return {path.name for path in (data_dir / "releases").iterdir() if not path.is_symlink()}


class TestBudget:
    """RELEASES_MAX_MB bounds what all kept releases take."""

    def build_three(self, content: Content, data_dir: Path) -> list[str]:
        """Build three releases of growing content; return their versions, the oldest first."""
        built: list[str] = []
        for name in ("one", "two", "three"):
            content.append("data/ttl/organizations.ttl", f"org-:agency rdfs:label '{name}'@en .")
            manifest = build_release(data_dir, root=content.root, progress=Recorder())
            # Builds within one second would have the same time.
            doctor(data_dir / "releases" / manifest.version, built=f"2024-01-0{len(built) + 1}")
            built.append(manifest.version)
        return built

    def test_the_oldest_go_until_the_rest_fits(
        self,
        content: Content,
        data_dir: Path,
        without_java: None,  # noqa: ARG002
    ) -> None:
        first, second, third = self.build_three(content, data_dir)
        releases = Releases(data_dir)
        sizes = {each: size_of(releases.folder / each) for each in (first, second, third)}
        # Sizes of the small releases are far below a megabyte: a file makes them count.
        for each, size in sizes.items():
            (releases.folder / each / "ballast").write_bytes(bytes(2_000_000 - size))
        assert releases.keep(3, max_mb=6) == []
        assert releases.keep(3, max_mb=5) == [first]
        assert versions(data_dir) == {second, third}
        assert releases.keep(3, max_mb=1) == [second]
        assert versions(data_dir) == {third}

    def test_the_current_one_stays_even_when_it_is_the_oldest(
        self,
        content: Content,
        data_dir: Path,
        without_java: None,  # noqa: ARG002
    ) -> None:
        first, second, third = self.build_three(content, data_dir)
        releases = Releases(data_dir)
        link = releases.folder / "current"
        link.unlink()
        link.symlink_to(first, target_is_directory=True)
        for each in (first, second, third):
            (releases.folder / each / "ballast").write_bytes(bytes(2_000_000))
        assert set(releases.keep(3, max_mb=1)) == {second, third}
        assert versions(data_dir) == {first}

    def test_a_build_keeps_to_it_and_says_what_it_removed(
        self, changed: tuple[Manifest, Content], data_dir: Path
    ) -> None:
        old, content = changed
        (data_dir / "releases" / old.version / "ballast").write_bytes(bytes(2_000_000))
        progress = Recorder()
        new = build_release(data_dir, root=content.root, max_mb=1, progress=progress)
        assert versions(data_dir) == {new.version}
        assert any(old.version in note for note in progress.notes)

    @given(
        st.lists(st.integers(0, 100), min_size=1, max_size=8),
        st.integers(0, 7),
        st.integers(1, 300),
    )
    def test_what_stays_fits_or_is_the_current_one(
        self, sizes: list[int], index: int, budget: int
    ) -> None:
        kept = [(Path(str(i)), size) for i, size in enumerate(sizes)]
        current = kept[index % len(kept)][0]
        gone = beyond_budget(kept, current, budget)
        stays = [(path, size) for path, size in kept if path not in gone]
        assert current not in gone
        assert sum(size for _, size in stays) <= budget or [path for path, _ in stays] == [current]
        # Nothing newer goes before something older, and nothing goes without need.
        order = [path for path, _ in reversed(kept) if path != current]
        assert gone == order[: len(gone)]
        if gone:
            last = dict(kept)[gone[-1]]
            assert sum(size for _, size in stays) + last > budget


@pytest.fixture
def changed(build: Build, content: Content) -> tuple[Manifest, Content]:
    """A release, and content that has changed since."""
    old = build()
    content.append("data/ttl/organizations.ttl", "org-:agency rdfs:label 'Agency'@en .")
    return old, content


class TestSpace:
    """A build that does not fit on the disk does not begin."""

    def test_it_is_refused_with_what_is_needed_and_what_is_there(
        self,
        changed: tuple[Manifest, Content],
        data_dir: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        old, content = changed
        monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9 - 10**7, 10**7))
        progress = Recorder()
        with pytest.raises(Problem) as caught:
            build_release(data_dir, root=content.root, progress=progress)
        problem = caught.value
        assert problem.slug == "insufficient-storage"
        assert problem.kind.exit_code == 2
        assert "10 MB are free" in problem.detail
        assert problem.extra["free_bytes"] == 10**7
        assert problem.extra["needed_bytes"] > 10**7
        assert progress.steps == []
        assert open_current(data_dir, verify=True).manifest == old

    def test_the_estimate_is_not_below_what_a_release_takes(
        self, build: Build, data_dir: Path
    ) -> None:
        manifest = build()
        sources = sum(each.bytes for each in manifest.sources)
        written = size_of(data_dir / "releases" / manifest.version)
        assert retention.space_needed(sources, 0) >= written
        assert retention.space_needed(sources, written) >= written
        assert retention.space_needed(sources, 0, in_parts=True) > 2 * written


class TestOtherBuilders:
    """A release that another version of the builder made is made anew, or refused."""

    def test_an_older_one_is_built_anew(
        self, build: Build, content: Content, data_dir: Path
    ) -> None:
        old = build()
        doctor(data_dir / "releases" / old.version, builder_schema=BUILDER_SCHEMA - 1)
        progress = Recorder()
        new = ensure_release(data_dir, root=content.root, progress=progress)
        assert new.builder_schema == BUILDER_SCHEMA
        assert "reading the content" in progress.steps
        assert any("was made by another version of medrd-kg" in note for note in progress.notes)
        open_current(data_dir, verify=True)

    def test_a_newer_one_that_says_more_is_built_anew_and_kept_aside(
        self, build: Build, content: Content, data_dir: Path
    ) -> None:
        old = build()
        newer = data_dir / "releases" / "2030-01-01-000000000000"
        (data_dir / "releases" / old.version).rename(newer)
        link = data_dir / "releases" / "current"
        link.unlink()
        link.symlink_to(newer.name, target_is_directory=True)
        doctor(newer, builder_schema=BUILDER_SCHEMA + 1, version=newer.name, invented_later=[1])
        new = ensure_release(data_dir, root=content.root, progress=Recorder())
        assert versions(data_dir) == {newer.name, new.version}
        assert open_current(data_dir, verify=True).manifest == new

    def test_opening_one_is_refused_with_both_schemas(self, build: Build, data_dir: Path) -> None:
        old = build()
        release = data_dir / "releases" / old.version
        doctor(release, builder_schema=BUILDER_SCHEMA + 1, invented_later=[1])
        with pytest.raises(Problem) as caught:
            open_current(data_dir)
        assert caught.value.slug == "no-release"
        assert caught.value.kind.exit_code == 1
        assert f"its schema is {BUILDER_SCHEMA + 1}" in caught.value.detail
        assert f"this version reads {BUILDER_SCHEMA}" in caught.value.detail
        assert "medrd-kg build" in str(caught.value.hint)

    def test_without_the_content_it_is_refused_with_both_reasons(
        self, build: Build, data_dir: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old = build()
        doctor(data_dir / "releases" / old.version, builder_schema=BUILDER_SCHEMA + 1)

        def missing() -> Path:
            raise FileNotFoundError("the shipped content is missing")

        monkeypatch.setattr(pipeline, "content_root", missing)
        with pytest.raises(Problem) as caught:
            ensure_release(data_dir, progress=Recorder())
        assert caught.value.slug == "no-release"
        assert "another version of medrd-kg" in caught.value.detail
        assert "the shipped content is missing" in caught.value.detail
        assert old.version in versions(data_dir)

    def test_a_manifest_of_nobody_is_damage(self, build: Build, data_dir: Path) -> None:
        old = build()
        doctor(data_dir / "releases" / old.version, builder_schema="x")
        with pytest.raises(Problem) as caught:
            open_current(data_dir)
        assert caught.value.slug == "damaged-release"
