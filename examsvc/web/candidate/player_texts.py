"""What the player's scripts say, room by room of the page; `{name}` is filled in by them."""

from __future__ import annotations

from flask_babel import gettext as _


def player_texts() -> dict[str, str]:
    """Every text that a script of the player may say, by its key."""
    return {
        **_item_texts(),
        **_interaction_texts(),
        **_moving_texts(),
        **_time_texts(),
        **_net_texts(),
        **_check_texts(),
        **_receipt_texts(),
    }


def _item_texts() -> dict[str, str]:
    return {
        "save.unsaved": _("Not saved yet"),
        "save.machine": _("Saved on this machine"),
        "save.server": _("Saved on the server"),
        "save.refused": _("Not accepted: call the proctor"),
        "item.position": _("Item {number} of {total}"),
        "item.responded": _("responded"),
        "item.flagged": _("flagged"),
        "item.noted": _("with a note"),
        "item.closed": _("closed"),
        "item.elsewhere": _("done elsewhere"),
        "item.seen": _("no response yet"),
        "item.unseen": _("not seen yet"),
        "item.flag": _("Flag"),
        "item.unflag": _("Remove flag"),
        "item.flag_set": _("Flagged."),
        "item.flag_gone": _("Flag removed."),
        "item.next": _("Next"),
        "item.last": _("Review"),
        "item.last_of_section": _("Leave section"),
        "item.cleared": _("Response cleared."),
        "item.label": _("Item {number}: {state}"),
        "item.unknown": _("This page cannot show this kind of item. Please call the technician."),
        "option.strike": _("Strike out option {letter}"),
        "option.struck": _("struck out"),
        "option.struck_now": _("Option {letter} struck out."),
        "option.unstruck_now": _("Option {letter} brought back."),
        "option.struck_response": _(
            "Option {letter} struck out. It was your response, so there is none now."
        ),
        "note.none": _("Note"),
        "note.written": _("Note (written)"),
        "note.count": _("{count} of {limit} characters"),
        "tools.percent": _("{percent} %"),
        "tools.zoom": _("Text at {percent} percent."),
        "tutorial.position": _("Practice item"),
        "tutorial.step_done": _("(done)"),
        "tutorial.done": _("Practice done: you are ready."),
        "progress": _("{responded} of {total} responded"),
        "review.complete": _("Every item has a response."),
        "review.open": _("Items without a response: {count}"),
        "review.flagged": _("Flagged items: {count}"),
        "submit.open": _("Items without a response: {count}. They earn no mark."),
        "submit.sending": _("Sending what is not on the server yet: {count}…"),
        "submit.sealing": _("Handing in…"),
        "submit.retry": _("The server cannot be reached. Trying again; keep this page open."),
    }


def _interaction_texts() -> dict[str, str]:
    return {
        "choice.many": _("Choose every option that applies"),
        "chosen.count": _("Chosen: {count}"),
        "chosen.of": _("Chosen: {count} of at most {most}"),
        "chosen.full": _("No more than {most} may be chosen. Take one away first."),
        "option.struck_chosen": _("Option {letter} struck out. It is no longer part of your response."),
        "statements.count": _("{count} of {total} statements responded to"),
        "number.label": _("Your number"),
        "number.hint": _("Digits only; a comma or a point before decimals. No unit, no words."),
        "number.wrong": _(
            "This cannot be read as a number, and earns no mark as it stands. Write digits only."
        ),
        "text.label": _("Your response"),
        "essay.label": _("Your text"),
        "pairs.count": _("{count} of {total} places filled"),
        "slot.none": _("— choose —"),
        "slot.more": _("— add —"),
        "slot.gap": _("Gap {number}"),
        "slot.row": _("For line {number}"),
        "slot.at": _("(now at {numbers})"),
        "slot.here": _("Put here"),
        "slot.instead": _("Instead of “{words}”"),
        "slot.remove": _("Take “{words}” away: {place}"),
        "slot.moved": _("“{words}” was moved from place {from} to place {to}."),
        "bank.hint": _("Choose in the lists. Or press an option here, then the place where it goes."),
        "bank.held": _("“{words}” is picked up. Now press the place where it goes."),
        "order.up": _("Move up: {words}"),
        "order.down": _("Move down: {words}"),
        "order.moved": _("“{words}” is now number {place} of {total}."),
        "order.unsaid": _("There is no response yet: move something, or say that the order is right."),
        "order.said": _("This order is your response."),
        "order.is_said": _("The order as it stands is your response."),
        "hotspot.picture": _("Places in the picture"),
        "stimulus.for": _("Material for items {numbers}"),
        "stimulus.for_one": _("Material for item {numbers}"),
    }


def _moving_texts() -> dict[str, str]:
    return {
        "section.name": _("Section {number} of {total}: {name}"),
        "section.short": _("Section {number}: {name}"),
        "section.next": _("Section {number} has begun."),
        "move.behind": _("In this exam you go forward only: items that you have left are closed."),
        "move.ahead": _("In this exam the items open one after the other."),
        "move.section_over": _("That section is over: its items are closed."),
        "move.section_ahead": _("That section opens when this one is over or you leave it."),
        "move.forward": _("You cannot come back to this item once you have gone on."),
        "move.warn": _(
            "This item has no response, and you cannot come back to it."
            " To go on all the same, press Next again."
        ),
        "move.last_of_section": _("This is the last item of the section."),
    }


def _time_texts() -> dict[str, str]:
    return {
        "time.left": _("{minutes} minutes left."),
        "time.left_one": _("One minute left."),
        "time.section_left": _("{time} left in this section"),
        "time.days": _("{days} days {hours} h"),
        "time.up": _("Time is up. Your responses are being handed in."),
        "time.extended": _("Your time was changed. The new end is {time}."),
        "paused.begin": _("The proctor has stopped the clock."),
        "paused.end": _("The clock goes on."),
    }


def _net_texts() -> dict[str, str]:
    return {
        "net.offline": _(
            "No connection. Go on working: your responses are kept on this machine and sent later."
        ),
        "net.offline_memory": _(
            "No connection. Go on working, but do not close or reload this page until it is back."
        ),
        "net.offline_resumed": _("No connection yet. You go on with what this machine has kept."),
        "net.offline_over": _(
            "No connection, and the time is up. Keep this page open:"
            " it hands in as soon as the server answers."
        ),
        "net.handed_over": _(
            "What you had responded here has reached the server and is kept aside. Tell the proctor:"
            " people decide whether it counts."
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
        "storage.off": _(
            "By the rules of this exam nothing is kept on this machine. Do not reload this page."
        ),
        "emergency.offered": _("Some responses are on this machine only. You can save them in a file."),
        "emergency.saved": _("The file was saved. Give it to the proctor, and go on working here."),
    }


def _check_texts() -> dict[str, str]:
    return {
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
        "check.screen": _("The screen is large enough ({width} × {height})."),
        "check.screen_small": _(
            "The screen is small ({width} × {height}); 1024 × 600 or more is better."
            " The exam works all the same."
        ),
        "check.address": _("The page comes over a secure address: it survives a reload without network."),
        "check.address_off": _(
            "By these rules the page keeps no copy of itself; do not reload it without network."
        ),
        "check.address_plain": _(
            "For the technician: the address is plain http, so the page cannot survive a reload without"
            " network. Serve it over https, or enter it as a trusted origin in the browser."
            " The exam works all the same."
        ),
        "check.vietnamese": _("“Đường” arrives as it should."),
        "check.vietnamese_other": _(
            "What arrived is “{text}”. Switch on the Vietnamese keyboard (Telex or VNI),"
            " or call the technician."
        ),
    }


def _receipt_texts() -> dict[str, str]:
    return {
        "verify.running": _("Computing…"),
        "verify.equal": _("Equal: the log has {count} lines, and its SHA-256 is the one on the receipt."),
        "verify.unequal": _("Not equal: this browser computed {digest}. Please tell the examination board."),
        "verify.impossible": _(
            "This browser computes a SHA-256 on secure addresses only."
            " Download the log and compare it elsewhere."
        ),
        "verify.silent": _("The server did not give the log. Try again later."),
    }
