"""The models that engines load: what each file is, under which licence, and whether it is here."""

import hashlib
import importlib.resources
import importlib.util
import tomllib
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec

from tingtang.kernel.text import Text

FILE = "models.toml"


class Presence(StrEnum):
    """Whether a model can be used here."""

    HERE = "here"
    MISSING = "missing"
    """Its package is not installed."""
    CHANGED = "changed"
    """The file is another than the one that was looked into: it is not loaded."""


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """One file of weights; ``module`` is the Python package in whose folder it lies."""

    name: str
    module: str
    file: str
    package: str
    sha256: str
    licence: str
    source: str

    def path(self) -> Path | None:
        """Where the file lies; None where its package is not installed. Nothing is imported."""
        spec = importlib.util.find_spec(self.module)
        if spec is None or spec.origin is None:
            return None
        path = Path(spec.origin).parent / self.file
        return path if path.is_file() else None

    def presence(self) -> Presence:
        """Whether the very file of the manifest is here."""
        path = self.path()
        if path is None:
            return Presence.MISSING
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        return Presence.HERE if found == self.sha256 else Presence.CHANGED


class EngineSpec(msgspec.Struct, frozen=True, kw_only=True):
    """An engine and its models; ``extra`` is what to install: ``pip install tingtang[extra]``."""

    code: str
    extra: str
    text: Text
    about: Text
    model: tuple[Model, ...]

    @property
    def is_installed(self) -> bool:
        """True if every file lies where it should; what is in them is looked at when one is loaded."""
        return all(one.path() is not None for one in self.model)


class _Manifest(msgspec.Struct, frozen=True):
    engine: tuple[EngineSpec, ...]


@cache
def engines() -> dict[str, EngineSpec]:
    """All engines by code, as the manifest that ships has them."""
    text = importlib.resources.files("tingtang.ai").joinpath(FILE).read_text("utf-8")
    found = msgspec.convert(tomllib.loads(text), _Manifest)
    return {one.code: one for one in found.engine}


def checked_path(engine: str, model: str) -> str:
    """The file of a model, compared with the manifest. Raises FileNotFoundError where it is not
    installed and ValueError where it is another file.
    """
    one = next(one for one in engines()[engine].model if one.name == model)
    match one.presence(), one.path():
        case Presence.HERE, Path() as path:
            return str(path)
        case Presence.CHANGED, _:
            raise ValueError(f"{one.file} of {one.package} is not the file of the manifest")
    raise FileNotFoundError(f"{one.package} is not installed")
