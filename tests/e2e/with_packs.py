"""The command with rule packs that no real exam has: `python -m tests.e2e.with_packs serve`."""

from __future__ import annotations

from examsvc.cli import main
from examsvc.rulepacks import pack_from_data, registry
from examsvc.rulepacks.pack import RulePack

FORWARD, SECTION, NOTHING_KEPT = "E2E_FORWARD", "E2E_SECTION", "RECRUITMENT_C22"


def add_packs() -> None:
    """Let this process know them, too."""
    packs: dict[tuple[str, int], RulePack] = registry._PACKS  # type: ignore[assignment]
    for code, navigation in ((FORWARD, "forward"), (SECTION, "section")):
        packs[code, 1] = pack_from_data(
            {
                "code": code,
                "version": 1,
                "name_key": "rulepack.internal_ca",
                "shows_result_at_once": True,
                "feedback": "score",
                "navigation": navigation,
            }
        )


if __name__ == "__main__":
    add_packs()
    main()
