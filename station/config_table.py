"""What every table of the settings file has in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Filled = Annotated[str, Field(min_length=1, max_length=120)]


class Table(BaseModel):
    """A table of the file: frozen, strict, and without keys that the station does not know."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", validate_default=True)
