"""What a calibration was computed with and from, kept with it: a report tells of then, not of now."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import Any, Final

from examsvc.canonical import canonical_sha256
from examsvc.results.marks import ItemKey, key_facts
from examsvc.services.calibration_data import CampaignData
from item_bank.interactions.kinds import Form
from item_bank.interactions.marking import Key

SOFTWARE: Final = ("examsvc", "numpy", "scipy", "typst")


def software_versions() -> dict[str, str]:
    """What computes here now."""
    return {"Python": platform.python_version(), **{name: version(name) for name in SOFTWARE}}


def provenance_of(data: CampaignData) -> dict[str, Any]:
    """Software, forms with their sittings, and one name for the keys that responses were marked by."""
    keys = [_key_facts(item.version_id, known) for item, known in zip(data.items, data.keys, strict=True)]
    return {
        "software": software_versions(),
        "forms": [
            {
                "code": code,
                "n_items": int(data.columns_of(form).size),
                "n_sittings": int((data.forms == form).sum()),
            }
            for form, code in enumerate(data.form_codes)
        ],
        "keys_checksum": canonical_sha256(sorted(keys, key=lambda facts: facts[0])),
    }


def _key_facts(version_id: int, known: ItemKey) -> list[Any]:
    """One right option by itself, as when there were no other keys; any other key whole."""
    key = known.key
    if known.asked.kind.form is Form.ONE and key == Key(key.version, key.accepted) and len(key.accepted) == 1:
        return [version_id, key.option_id]
    return [version_id, *key_facts(str(version_id), known)[1:]]
