"""The answers of the Reconciliation API as its specification describes them, in types.

Written from the text of version 0.2 and of the 1.0 draft. Nothing beside the members named there
is allowed, so that a misspelt one is noticed.
"""

from typing import Annotated, Literal

from pydantic import AnyUrl, BaseModel, ConfigDict, Field, RootModel, StrictBool, StrictInt


class Form(BaseModel):
    """An object with the members of the specification only."""

    model_config = ConfigDict(extra="forbid", strict=True)


Text = Annotated[str, Field(min_length=1)]
Url = Annotated[AnyUrl, Field(strict=False)]


class Type(Form):
    """A type, or a property."""

    id: Text
    name: Text


class Feature(Form):
    """A matching feature; the draft alone names it for people."""

    id: Text
    name: Text
    value: StrictBool | float


class Candidate(Form):
    """A reconciliation candidate."""

    id: Text
    name: Text
    description: Text | None = None
    type: list[Type]
    score: Annotated[float, Field(ge=0, le=100)]
    match: bool
    features: list[Feature]


class Result(Form):
    """The candidates of a query, version 0.2."""

    result: list[Candidate]


class ResultBatch(RootModel[dict[str, Result]]):
    """The answer to a batch, version 0.2."""


class DraftResult(Form):
    """The candidates of a query, 1.0 draft."""

    candidates: list[Candidate]


class DraftResultBatch(Form):
    """The answer to a batch, 1.0 draft."""

    results: list[DraftResult]


class Service(Form):
    """Where a part of the service is."""

    service_url: Url
    service_path: Annotated[str, Field(pattern="^/")]


class Suggest(Form):
    """Suggest metadata."""

    entity: Service
    property: Service
    type: Service


class Setting(Form):
    """A numerical setting of a property."""

    type: Literal["number"]
    default: float
    label: Text
    name: Text
    help_text: Text


class Extend(Form):
    """Data extension metadata."""

    propose_properties: Service
    property_settings: list[Setting]


class View(Form):
    """A view template."""

    url: Annotated[str, Field(pattern=r".*\{\{id\}\}.*")]


class Preview(Form):
    """Preview metadata."""

    url: Annotated[str, Field(pattern=r".*\{\{id\}\}.*")]
    width: StrictInt
    height: StrictInt


class Manifest(Form):
    """A service manifest of version 0.2."""

    versions: list[Literal["0.2"]]
    name: Text
    identifierSpace: Url  # noqa: N815 - the specification's own spelling
    schemaSpace: Url  # noqa: N815
    documentation: Url
    serviceVersion: Text  # noqa: N815
    defaultTypes: list[Type]  # noqa: N815
    view: View
    preview: Preview
    suggest: Suggest
    extend: Extend
    batchSize: Annotated[int, Field(ge=1)]  # noqa: N815


class DraftSetting(Form):
    """A numerical setting of a property in the draft."""

    type: Literal["number"]
    default: float
    id: Text
    name: Text
    helpText: Text  # noqa: N815


class DraftExtend(Form):
    """Data extension metadata of the draft."""

    proposeProperties: bool  # noqa: N815
    propertySettings: list[DraftSetting]  # noqa: N815


class DraftSuggest(Form):
    """Suggest metadata of the draft."""

    entity: bool
    property: bool
    type: bool


class DraftView(Form):
    """A view template of the draft."""

    url: Annotated[str, Field(pattern=r"^[^{}]*\{id\}[^{}]*$")]


class DraftPreview(Form):
    """Preview metadata of the draft."""

    width: StrictInt
    height: StrictInt


class DraftManifest(Form):
    """A service manifest of the 1.0 draft."""

    versions: list[Literal["1.0-draft"]]
    name: Text
    documentation: Url
    serviceVersion: Text  # noqa: N815
    defaultTypes: list[Type]  # noqa: N815
    view: DraftView
    preview: DraftPreview
    suggest: DraftSuggest
    extend: DraftExtend
    batchSize: Annotated[int, Field(ge=1)]  # noqa: N815
    standardizedScore: Literal[True]  # noqa: N815


class SuggestedEntity(Form):
    """A suggested entity."""

    id: Text
    name: Text
    description: Text | None = None
    notable: list[Type]


class SuggestedEntities(Form):
    """The answer of the suggest service for entities."""

    result: list[SuggestedEntity]


class Suggested(Form):
    """The answer of the suggest services for types and properties."""

    result: list[Type]


class ThingValue(Form):
    """A value that is an entity."""

    id: Text
    name: Text


class TextValue(Form):
    """A value that is a text."""

    str: Text


class IntegerValue(Form):
    """A value that is an integer."""

    int: StrictInt


class NumberValue(Form):
    """A value that is a number."""

    float: float


class DateValue(Form):
    """A value that is a point in time."""

    date: Annotated[
        str,
        Field(
            pattern=r"^-?\d{4,}-(1[0-2]|0[1-9])-(3[01]|0[1-9]|[12]\d)"
            r"T(2[0-3]|[01]\d):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-](2[0-3]|[01]\d):[0-5]\d)?$"
        ),
    ]


AnyValue = ThingValue | TextValue | IntegerValue | NumberValue | DateValue


class Extended(Form):
    """The answer to a data extension query, version 0.2."""

    meta: list[Type]
    rows: dict[str, dict[str, list[AnyValue]]]


class DraftColumn(Form):
    """The values of a property in the draft."""

    id: Text
    values: list[AnyValue]


class DraftRow(Form):
    """The values of an entity in the draft."""

    id: Text
    properties: list[DraftColumn]


class DraftExtended(Form):
    """The answer to a data extension query, 1.0 draft."""

    meta: list[Type]
    rows: list[DraftRow]


class Proposal(Form):
    """Properties proposed for a type."""

    type: Text
    limit: int
    properties: list[Type]
