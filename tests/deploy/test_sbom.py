"""The bill of materials names every package that an installation takes."""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_pinned_package_is_named_with_version_and_hashes() -> None:
    printed = subprocess.run([sys.executable, ROOT / "deploy" / "sbom.py"], check=True, capture_output=True).stdout
    bill = json.loads(printed)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    named = {one["purl"]: {each["content"] for each in one["hashes"]} for one in bill["components"]}
    lock = (ROOT / "requirements-test.lock").read_text(encoding="utf-8")
    pinned = re.findall(r"^([a-z0-9.-]+)==(\S+)", lock, re.MULTILINE)
    assert len(pinned) > 50
    assert set(named) == {f"pkg:pypi/{name}@{version}" for name, version in pinned}
    assert set.union(*named.values()) == set(re.findall(r"sha256:([0-9a-f]{64})", lock))
