"""The psychometrics tutorial says what the library does: every example runs, every printed figure holds."""

import contextlib
import io
import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "examsvc/docs/psychometrics.md"

_BLOCK = re.compile(
    r"(?P<skipped><!-- not run -->\n)?```python\n(?P<code>.*?)```\n(?:\n?```text\n(?P<printed>.*?)```)?",
    re.DOTALL,
)
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d+)?(?![\w.]*\w)")


class Example(NamedTuple):
    """One block of code: where it begins, and what the tutorial says it prints."""

    line: int
    code: str
    printed: str
    is_run: bool


def examples() -> list[Example]:
    text = TUTORIAL.read_text(encoding="utf-8")
    return [
        Example(
            text.count("\n", 0, found.start("code")) + 1,
            found["code"],
            found["printed"] or "",
            found["skipped"] is None,
        )
        for found in _BLOCK.finditer(text)
    ]


def run(example: Example, names: dict[str, Any]) -> str:
    """What the code prints; padded with empty lines, so that a traceback names the line of the tutorial."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        code = compile("\n" * (example.line - 1) + example.code, str(TUTORIAL), "exec")
        exec(code, names)
    return output.getvalue()


def agree(printed: str, stated: str) -> bool:
    """Equal words, equal whole numbers, and decimals within one of the last digit stated."""
    words = ["".join(_NUMBER.sub("#", text).split()) for text in (printed, stated)]
    if words[0] != words[1]:
        return False
    pairs = zip(_NUMBER.findall(printed), _NUMBER.findall(stated), strict=True)
    return all(abs(float(one) - float(other)) <= _last_digit(other) * 1.0001 for one, other in pairs)


def _last_digit(number: str) -> float:
    _, point, decimals = number.partition(".")
    return float(10.0 ** -len(decimals)) if point else 0.0


def test_every_example_of_the_tutorial_prints_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {"__name__": "tutorial"}
    with np.printoptions():  # the tutorial sets its own; what was before comes back
        for example in examples():
            if example.is_run:
                printed = run(example, names)
                assert agree(printed, example.printed), (
                    f"line {example.line} prints:\n{printed}but the tutorial says:\n{example.printed}"
                )


def test_only_the_start_of_a_cluster_is_not_run() -> None:
    skipped = [example.code for example in examples() if not example.is_run]
    assert len(skipped) == 1
    assert "DaskWorkers(" in skipped[0]


@pytest.mark.parametrize(
    ("printed", "stated", "expected"),
    [
        ("a 1.234\n", "a 1.235", True),
        ("a 1.234\n", "a 1.236", False),
        ("a 3", "a 4", False),
        ("[-0.10  2.00]", "[-0.11 2.00]", True),
        ("2PL 1.0", "3PL 1.0", False),
        ("nan", "1.0", False),
    ],
)
def test_figures_are_compared_to_the_digits_printed(printed: str, stated: str, *, expected: bool) -> None:
    assert agree(printed, stated) is expected
