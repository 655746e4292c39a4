"""What a calibration was computed with and from, kept with it: a report tells of then, not of now."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import Any, Final

from examsvc.canonical import canonical_sha256
from examsvc.services.calibration_data import CampaignData

SOFTWARE: Final = ("examsvc", "numpy", "scipy", "typst")


def software_versions() -> dict[str, str]:
    """What computes here now."""
    return {"Python": platform.python_version(), **{name: version(name) for name in SOFTWARE}}


def provenance_of(data: CampaignData) -> dict[str, Any]:
    """Software, forms with their sittings, and one name for the keys that responses were marked by."""
    keys = [
        [item.version_id, item.option_ids[column]]
        for item, column in zip(data.items, data.key_columns, strict=True)
    ]
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
        "keys_checksum": canonical_sha256(sorted(keys)),
    }
