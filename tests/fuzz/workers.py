"""What one process does: breaks files, reads each within its limits, and says what became of it."""

from __future__ import annotations

import faulthandler
import hashlib
import random
import resource
import signal
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from item_bank.errors import ImportRefused
from item_bank.formats.foreign import Fate, ForeignBank
from item_bank.formats.recognition import read_any
from item_bank.interactions.asked import check_stem
from item_bank.interactions.marking import check_key
from item_bank.stem import sanitise
from tests.fuzz.breaking import broken
from tests.fuzz.samples import format_of, samples

SECONDS: Final = 5.0  # of processor time, for one file
MEGABYTES: Final = 256  # more than before
_HARD_MEGABYTES: Final = 1_024  # of address space: where the machine itself is kept safe
_WALL_SECONDS: Final = 120.0  # a file that hangs beyond Python's reach ends the process
_FILES: dict[str, tuple[str, bytes]] = {}
_START: list[int] = []


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file; `code` of a refusal, `fault` of what must not be, `saved` the file then."""

    format: str
    way: str
    code: str | None = None
    fault: str | None = None
    saved: str | None = None
    seconds: float = 0.0


class _TooLong(BaseException):
    """The processor time of one file is used up; no reader catches this."""


def prepare() -> None:
    """The process before its first file."""
    _FILES.update(samples())
    for name, data in _FILES.values():  # whatever is loaded late is loaded now
        read_any(name, data)
    _START.append(_peak())
    size = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + _HARD_MEGABYTES * 1024**2, resource.RLIM_INFINITY))
    signal.signal(signal.SIGPROF, _stop)


def run(numbers: range, seed: int, folder: str) -> list[Outcome]:
    """The files of these numbers; the same for the same seed, whichever process breaks them."""
    return [_one(number, seed, Path(folder)) for number in numbers]


def _one(number: int, seed: int, folder: Path) -> Outcome:
    rng = random.Random(f"{seed}:{number}")
    sample = rng.choice(sorted(_FILES))
    name, whole = _FILES[sample]
    way, data = broken(whole, rng)
    code, fault, seconds = _read(name, data)
    grown = (_peak() - _START[0]) // 1024
    if grown > MEGABYTES:
        fault = fault or f"{grown} MB of memory"
        _START[0] = _peak()  # told once
    saved = None
    if fault:
        saved = str(folder / f"{number}-{hashlib.sha256(data).hexdigest()[:8]}-{Path(name).name}")
        Path(saved).write_bytes(data)
    return Outcome(format_of(sample), way, code, fault, saved, seconds)


def _read(name: str, data: bytes) -> tuple[str | None, str | None, float]:
    """The code of a refusal, the fault, and the processor time."""
    began = time.process_time()
    code: str | None = None
    fault: str | None = None
    faulthandler.dump_traceback_later(_WALL_SECONDS, exit=True)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        check(read_any(name, data)[1])
    except ImportRefused as refusal:
        code = refusal.code
    except _TooLong:
        fault = f"more than {SECONDS:.0f} s"
    except BaseException as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        fault = f"{type(error).__name__}: {str(error)[:80]} ({Path(frame.filename).name}:{frame.lineno})"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.cancel_dump_traceback_later()
    return code, fault, time.process_time() - began


def check(bank: ForeignBank) -> None:
    """Whatever was taken is a whole item with a key of its own and harmless markup."""
    for item in bank.items:
        for markup in (item.stem, item.rationale):
            assert sanitise(markup) == markup, "markup"
        if item.fate is Fate.REFUSED:
            assert item.asked is item.key is None, "refused with a key"
            continue
        assert item.asked is not None, "no interaction"
        assert item.key is not None, "no key"
        assert check_key(item.asked, item.key) == item.key, "key"
        check_stem(item.asked, item.stem)
        assert item.max_mark > 0, "mark"
        for part in (*item.asked.options, *item.asked.places):
            assert sanitise(part.content) == part.content, "markup of a part"
        if item.stimulus is not None:
            for text in (item.stimulus.content, item.stimulus.english):
                assert sanitise(text) == text, "markup of a stimulus"


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _stop(_signal: int, _frame: Any) -> None:
    raise _TooLong
