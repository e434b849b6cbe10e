"""Faults that a user can cause or must be told of, in one form for HTTP and the command line.

HTTP renders a `Problem` as RFC 9457 ``application/problem+json``; the CLI prints one line and
uses ``exit_code``.
"""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from medrd_kg.problem_words import detail_in_japanese, hint_in_japanese
from medrd_kg.vocabulary import BASE

__all__ = ["PROBLEM_TYPES", "Problem", "ProblemType"]

PROBLEM_BASE = f"{BASE}problems/"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A stable kind of fault.

    Attributes:
        slug: Last segment of the ``type`` IRI.
        status: HTTP status code.
        title_ja: Title for callers who prefer Japanese.
        title_en: Title for everybody else.
        exit_code: 1 the data or query is at fault, 2 usage or settings, 3 our fault.
    """

    slug: str
    status: HTTPStatus
    title_ja: str
    title_en: str
    exit_code: int = 1

    @property
    def iri(self) -> str:
        """The value of ``type`` in a problem document."""
        return f"{PROBLEM_BASE}{self.slug}"


def _types(*types: ProblemType) -> dict[str, ProblemType]:
    return {each.slug: each for each in types}


PROBLEM_TYPES = _types(
    ProblemType(
        "malformed-query",
        HTTPStatus.BAD_REQUEST,
        "SPARQLクエリの構文が正しくありません",
        "The SPARQL query is malformed",
    ),
    ProblemType(
        "unknown-parameter", HTTPStatus.BAD_REQUEST, "未知のパラメータです", "Unknown parameter", 2
    ),
    ProblemType(
        "invalid-parameter",
        HTTPStatus.BAD_REQUEST,
        "パラメータの値が正しくありません",
        "Invalid parameter value",
        2,
    ),
    ProblemType(
        "malformed-request",
        HTTPStatus.BAD_REQUEST,
        "リクエストが正しくありません",
        "The request is malformed",
    ),
    ProblemType(
        "update-on-query-endpoint",
        HTTPStatus.BAD_REQUEST,
        "更新はこの窓口では受け付けません",
        "Updates are not accepted here",
    ),
    ProblemType(
        "service-not-allowed",
        HTTPStatus.FORBIDDEN,
        "SERVICE は許可されていません",
        "SERVICE is not allowed",
    ),
    ProblemType(
        "unauthorized",
        HTTPStatus.UNAUTHORIZED,
        "認証が必要です",
        "Authentication is required",
        2,
    ),
    ProblemType(
        "forbidden", HTTPStatus.FORBIDDEN, "この操作は許可されていません", "Not permitted", 2
    ),
    ProblemType("not-found", HTTPStatus.NOT_FOUND, "見つかりません", "Not found"),
    ProblemType(
        "method-not-allowed",
        HTTPStatus.METHOD_NOT_ALLOWED,
        "このメソッドは使えません",
        "Method not allowed",
    ),
    ProblemType(
        "not-acceptable",
        HTTPStatus.NOT_ACCEPTABLE,
        "要求された形式では返せません",
        "Not acceptable",
    ),
    ProblemType(
        "content-too-large",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "本文が大きすぎます",
        "Content too large",
    ),
    ProblemType(
        "address-too-long",
        HTTPStatus.REQUEST_URI_TOO_LONG,
        "アドレスが長すぎます",
        "The address is too long",
    ),
    ProblemType(
        "header-too-large",
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        "ヘッダーが大きすぎます",
        "The header fields are too large",
    ),
    ProblemType(
        "range-not-satisfiable",
        HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
        "範囲がファイルの外にあります",
        "The range lies outside the file",
    ),
    ProblemType(
        "read-only-graph",
        HTTPStatus.CONFLICT,
        "このグラフは書き込めません",
        "The graph cannot be written",
    ),
    ProblemType(
        "graph-exists", HTTPStatus.CONFLICT, "グラフは既にあります", "The graph exists already"
    ),
    ProblemType(
        "malformed-data",
        HTTPStatus.BAD_REQUEST,
        "RDFデータの構文が正しくありません",
        "The RDF data are malformed",
    ),
    ProblemType(
        "unsupported-media-type",
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "対応していない形式です",
        "Unsupported media type",
    ),
    ProblemType(
        "too-many-rows", HTTPStatus.UNPROCESSABLE_ENTITY, "結果が上限を超えました", "Too many rows"
    ),
    ProblemType(
        "invalid-data",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "データが検証を通りません",
        "The data do not conform",
    ),
    ProblemType(
        "rate-limited",
        HTTPStatus.TOO_MANY_REQUESTS,
        "利用量の上限を超えました",
        "Too much was asked in too short a time",
    ),
    ProblemType(
        "query-timeout",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "クエリが制限時間を超えました",
        "The query took too long",
    ),
    ProblemType(
        "query-memory",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "クエリがメモリの上限を超えました",
        "The query needed too much memory",
    ),
    ProblemType(
        "query-cancelled",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "クエリは取り消されました",
        "The query was cancelled",
    ),
    ProblemType(
        "busy", HTTPStatus.SERVICE_UNAVAILABLE, "混み合っています", "Too many queries at once"
    ),
    ProblemType(
        "comparison-running",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "リリースを比較しています",
        "The releases are being compared",
    ),
    ProblemType(
        "remote-failure",
        HTTPStatus.BAD_GATEWAY,
        "外部のサーバーから答えが得られません",
        "The remote server gave no usable answer",
    ),
    ProblemType(
        "reasoning-failed",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "内容が推論器の検査を通りません",
        "The content does not pass the reasoner",
    ),
    ProblemType(
        "build-running",
        HTTPStatus.CONFLICT,
        "別のビルドが実行中です",
        "Another build is running",
    ),
    ProblemType(
        "insufficient-storage",
        HTTPStatus.INSUFFICIENT_STORAGE,
        "ディスクの空きが足りません",
        "There is not enough disk space",
        2,
    ),
    ProblemType(
        "no-release",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "公開できるリリースがありません",
        "There is no release to open",
    ),
    ProblemType(
        "damaged-release",
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "リリースのファイルが壊れています",
        "The release is damaged",
        3,
    ),
    ProblemType(
        "journal-in-use",
        HTTPStatus.CONFLICT,
        "編集の記録は別のプロセスが使用中です",
        "Another process writes the journal of edits",
        2,
    ),
    ProblemType(
        "damaged-journal",
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "編集の記録が壊れています",
        "The journal of edits is damaged",
        3,
    ),
    ProblemType(
        "storage-failure",
        HTTPStatus.INSUFFICIENT_STORAGE,
        "編集を保存できません",
        "The edit cannot be stored",
        3,
    ),
    ProblemType("starting", HTTPStatus.SERVICE_UNAVAILABLE, "起動中です", "Starting up", 3),
    ProblemType(
        "internal-error", HTTPStatus.INTERNAL_SERVER_ERROR, "内部エラー", "Internal error", 3
    ),
    ProblemType(
        "invalid-settings",
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "設定が正しくありません",
        "Invalid settings",
        2,
    ),
    ProblemType("usage", HTTPStatus.BAD_REQUEST, "使い方が正しくありません", "Wrong usage", 2),
)
"""Every kind of fault, by slug; the documentation lists the same."""


@dataclass(eq=False)
class Problem(Exception):
    """A fault with all that a caller needs to mend it.

    Attributes:
        slug: Key of `PROBLEM_TYPES`.
        detail: What is wrong and where, in one sentence.
        hint: How to mend it.
        extra: Further members of the problem document (line, column, known values).
        headers: HTTP headers that go with the answer.
    """

    slug: str
    detail: str
    hint: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> ProblemType:
        """The type of this problem."""
        return PROBLEM_TYPES[self.slug]

    def __str__(self) -> str:
        """One line for a terminal."""
        line, column = self.extra.get("line"), self.extra.get("column")
        place = f"line {line}, column {column}: " if line and column else ""
        return f"{place}{self.detail}{f' ({self.hint})' if self.hint else ''}"

    def document(self, language: str = "en") -> dict[str, Any]:
        """Return the problem document of RFC 9457.

        Args:
            language: ``ja`` or ``en``. In Japanese, ``english`` has the English of each sentence
                for which there are Japanese words; the others are English.
        """
        kind = self.kind
        is_japanese = language == "ja"
        document: dict[str, Any] = {
            "type": kind.iri,
            "title": kind.title_ja if is_japanese else kind.title_en,
            "status": int(kind.status),
            "detail": self.detail,
        }
        if self.hint:
            document["hint"] = self.hint
        if is_japanese:
            document |= self._japanese()
        return document | self.extra

    def _japanese(self) -> dict[str, Any]:
        """Return the sentences for which there are Japanese words, and their English."""
        words = {
            "detail": detail_in_japanese(self.slug, self.detail),
            "hint": hint_in_japanese(self.hint) if self.hint else None,
        }
        found = {
            name: text for name, text in words.items() if text not in {None, getattr(self, name)}
        }
        return {**found, "english": {name: getattr(self, name) for name in found}}
