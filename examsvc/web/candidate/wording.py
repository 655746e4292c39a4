"""The words of the candidate's pages that depend on a state, and those the player's scripts say."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from examsvc.rulepacks.pack import RulePack


def rule_pack_name(pack: RulePack) -> str:
    """What the rules of this exam are called."""
    names: dict[str, str] = {
        "RECRUITMENT_C22": _("Recruitment examination"),
        "INTERNAL_CA": _("Internal competency assessment"),
        "PRACTICE": _("Practice"),
    }
    return names.get(pack.code, pack.code)


def state_badges() -> dict[str, tuple[str, str]]:
    """Each state of a sitting: the word and the badge's tone."""
    return {
        "registered": (_("Registered"), "info"),
        "checked_in": (_("Checked in"), "info"),
        "open": (_("In progress"), "warn"),
        "submitted": (_("Submitted"), "good"),
        "expired": (_("Handed in when the time was up"), "good"),
        "absent": (_("Absent"), "bad"),
        "annulled": (_("Annulled"), "bad"),
    }


def adjustment_kinds() -> dict[str, str]:
    """What a line of the time account is called."""
    return {
        "extension": _("Extension"),
        "pause": _("Pause"),
        "accommodation": _("Accommodation"),
        "late_entry": _("Late entry"),
        "correction": _("Correction"),
    }


def level_bands(cut_percents: Sequence[float]) -> list[tuple[int, str]]:
    """Each level and the share of right responses that stands for it."""
    cuts = [f"{cut:g}" for cut in cut_percents]
    bands = [(0, _("below %(cut)s %%", cut=cuts[0]))]
    for level, low in enumerate(cuts, start=1):
        last = level == len(cuts)
        words = (
            _("%(low)s %% and more", low=low)
            if last
            else _("%(low)s %% to below %(high)s %%", low=low, high=cuts[level])
        )
        bands.append((level, words))
    return bands


def player_texts() -> dict[str, str]:
    """What the scripts say; `{name}` is filled in by them."""
    return {
        "save.unsaved": _("Not saved yet"),
        "save.machine": _("Saved on this machine"),
        "save.server": _("Saved on the server"),
        "save.refused": _("Not accepted: call the proctor"),
        "item.position": _("Item {number} of {total}"),
        "item.responded": _("responded"),
        "item.flagged": _("flagged"),
        "item.seen": _("no response yet"),
        "item.unseen": _("not seen yet"),
        "item.flag": _("Flag"),
        "item.unflag": _("Remove flag"),
        "item.next": _("Next"),
        "item.last": _("Review"),
        "item.cleared": _("Response cleared."),
        "item.label": _("Item {number}: {state}"),
        "progress": _("{responded} of {total} responded"),
        "review.complete": _("Every item has a response."),
        "review.open": _("Items without a response: {count}"),
        "review.flagged": _("Flagged items: {count}"),
        "submit.open": _("Items without a response: {count}. They earn no mark."),
        "submit.sending": _("Sending what is not on the server yet: {count}…"),
        "submit.sealing": _("Handing in…"),
        "submit.retry": _("The server cannot be reached. Trying again; keep this page open."),
        "time.left": _("{minutes} minutes left."),
        "time.left_one": _("One minute left."),
        "time.up": _("Time is up. Your responses are being handed in."),
        "time.extended": _("Your time was changed. The new end is {time}."),
        "net.offline": _(
            "No connection. Go on working: your responses are kept on this machine and sent later."
        ),
        "net.offline_memory": _(
            "No connection. Go on working, but do not close or reload this page until it is back."
        ),
        "net.back": _("The connection is back."),
        "net.login": _(
            "Your login has ended. Log in again in another tab, then go on here; nothing is lost."
        ),
        "net.conflict": _("The server kept a response aside for the proctor. Please call the proctor."),
        "net.refused": _("A response was not accepted. Please call the proctor."),
        "net.no_storage": _(
            "This browser cannot keep responses on the machine. Do not close or reload this page."
        ),
        "check.storage": _("This browser can keep responses on this machine."),
        "check.storage_off": _(
            "These rules keep nothing on this machine: responses go straight to the server."
        ),
        "check.storage_bad": _("This browser cannot keep responses on this machine. Tell the technician."),
        "check.clock": _(
            "The server's clock counts; this machine's differs by {seconds} s, which does no harm."
        ),
        "check.server": _("The server answers in {ms} ms."),
        "check.server_bad": _("The server does not answer. Tell the technician."),
        "check.keyboard": _("The keyboard works."),
        "check.keyboard_wait": _("Press any key to test the keyboard."),
    }
