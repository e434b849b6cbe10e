"""A small policy of our own, and the FY2022 policy where it is at hand."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from medrd_kg.sources.policy_document import TextUnit, read_units

NEXT_YEAR = """\
令和５年度医療分野の研究開発関連予算等の資源配分方針
令和４年７月１日
健康・医療戦略推進本部決定

第１　基本的な考え方
　推進本部は、関係府省と協力し、予算の要求をまとめる。
第２　重点的に取り組む事項
　１　医薬品プロジェクト
　　令和５年度においては、抗体医薬の開発を引き続き推進する。また、腸内細菌
　叢解析、量子生命センサーや合成生物モデルを用いた研究に着手する。
　　ア　がんの研究
　　　がんの免疫療法を推進する。なお、量子生命センサーは横断的に
　　活用する。
　　イ　難病の研究
　　　難病の研究を強化する。
　２　医療機器・ヘルスケアプロジェクト
　　診断用の医療機器の研究開発を行う。
"""
"""Made up for tests; only its title has the form of a real one."""


@pytest.fixture
def next_year(tmp_path: Path) -> Path:
    """A policy of another year as a text file."""
    path = tmp_path / "next-year.txt"
    path.write_text(NEXT_YEAR, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def policy_text_file(shared_dir: Path) -> Path:
    """The FY2022 policy as text."""
    return shared_dir / "sources" / "policy-fy2022.txt"


@pytest.fixture(scope="session")
def policy_units(policy_units_file: Path) -> Sequence[TextUnit]:
    """The units of the FY2022 policy as they are given."""
    return read_units(policy_units_file)


@pytest.fixture(scope="session")
def small_root(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Path:
    """The content without review sheets, which take a second to read."""
    root = tmp_path_factory.mktemp("content")
    data = root / "data" / "ttl"
    data.mkdir(parents=True)
    (root / "ontology").symlink_to(checkout / "ontology")
    shutil.copytree(checkout / "data" / "ttl" / "policy-fy2022", data / "policy-fy2022")
    for name in ("organizations.ttl", "fiscal-years.ttl"):
        shutil.copy(checkout / "data" / "ttl" / name, data / name)
    return root
