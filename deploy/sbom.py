"""Prints a bill of materials (CycloneDX 1.6, JSON) of every package that the station and its tests install.

.venv/bin/python deploy/sbom.py > sbom.json
"""

import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parent.parent
_PINNED = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ]+)(?P<hashes>(?: \\\n    --hash=sha256:[0-9a-f]{64})+)", re.M
)
_HASH = re.compile(r"sha256:([0-9a-f]{64})")


def components(lock: str) -> Iterator[Component]:
    """A component for each pinned package, with the hashes that an installation accepts and its licence."""
    for found in _PINNED.finditer(lock):
        name, version = found["name"], found["version"]
        yield Component(
            name=name,
            version=version,
            type=ComponentType.LIBRARY,
            purl=PackageURL("pypi", None, name, version),
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in _HASH.findall(found["hashes"])],
            licenses=[DisjunctiveLicense(name=stated) for stated in [licence(name)] if stated],
        )


def licence(name: str) -> str | None:
    """What the installed package says of its licence; None where it is not installed or silent."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    classified = [one.rsplit(":: ", 1)[-1] for one in about.get_all("Classifier") or () if one.startswith("License ::")]
    stated = about.get("License-Expression") or ", ".join(classified) or about.get("License")
    return stated.splitlines()[0] if stated else None


def bill() -> str:
    """The whole bill as JSON."""
    project = Component(name="ktpel-station", version=metadata.version("ktpel-station"), type=ComponentType.APPLICATION)
    bom = Bom(components=components((ROOT / "requirements-test.lock").read_text(encoding="utf-8")))
    bom.metadata.component = project
    bom.register_dependency(project, bom.components)
    return JsonV1Dot6(bom).output_as_string(indent=1)


if __name__ == "__main__":
    sys.stdout.write(bill() + "\n")
