"""The form as a candidate gets it: sealed before the start, opened by a small key, in an order of his own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from examsvc.accounts.actor import Actor
from examsvc.assembly.option_order import option_order
from examsvc.delivery import sitting as rules
from examsvc.delivery.device import hash_device
from examsvc.delivery.sealing import content_key, emergency_key, seal
from examsvc.delivery.sitting import SittingState
from examsvc.services.deps import Services
from examsvc.services.holding import Login, look
from examsvc.services.rendering import render_items
from examsvc.store import Session
from examsvc.store.forms_delivery import DeliveredItem, DeliveredWording, list_delivered_items
from examsvc.store.outlines import list_sections
from examsvc.store.saving import SavingFacts
from examsvc.store.steps import get_form_secret
from examsvc.store.unchanging import read_once
from item_bank.interactions.asked import Option, Place
from item_bank.interactions.kinds import KINDS, Interaction


@dataclass(frozen=True, slots=True)
class PaperStimulus:
    """What several items share; pages know by `id` that it is the same. `english` may be empty."""

    id: str
    content: str
    english: str = ""


@dataclass(frozen=True, slots=True)
class PaperTranslation:
    """The wording in English, by the same ids."""

    stem: str
    options: dict[str, str]
    places: dict[str, str]


@dataclass(frozen=True, slots=True)
class PaperItem:
    """An item as it is shown; every text is safe HTML, the marks of a stem are elements with `data-place`.

    at_most : how many may be chosen where several may; None: any number
    most_characters : of a response that is typed
    """

    item_id: str
    number: int
    section: int
    interaction: str
    stem: str
    options: tuple[Option, ...]
    places: tuple[Place, ...] = ()
    at_most: int | None = None
    most_characters: int = 0
    stimulus: PaperStimulus | None = None
    english: PaperTranslation | None = None


@dataclass(frozen=True, slots=True)
class PaperSection:
    ordinal: int
    name_vi: str
    name_en: str
    limit_s: int | None
    n_items: int


@dataclass(frozen=True, slots=True)
class Paper:
    """The whole form; options in the author's order unless a sitting's own is said."""

    items: tuple[PaperItem, ...]
    sections: tuple[PaperSection, ...]


@dataclass(frozen=True, slots=True)
class SealedForm:
    """A form's paper in two wrappings: sealed for everybody, and what opens it."""

    paper: Paper
    sealed: bytes
    key: bytes


@dataclass(frozen=True, slots=True)
class PaperKeys:
    """What a started sitting is given: the key of the form, its own order of options, the emergency key."""

    content_key: bytes
    orders: dict[str, tuple[str, ...]]
    emergency_key: bytes


def read_sealed(deps: Services, who: Actor | Login, sitting_id: int) -> bytes:
    """The ciphertext of one's own form, for the waiting room. Raises NotCheckedIn, SittingClosed."""
    facts, _actor = look(deps.glance, sitting_id, who)
    if facts.sitting.state is not SittingState.CHECKED_IN:
        rules.require_open(facts.sitting)
    with deps.store.read() as session:
        return _sealed(session, facts).sealed


def read_paper(deps: Services, who: Actor | Login, sitting_id: int, device_token: str) -> Paper:
    """The form in clear, each item's options in this sitting's own order.

    Raises NotCheckedIn, NotOpen, SittingClosed, or PermitRequired at a machine that does not hold the
    sitting: before the start and elsewhere nobody gets an item.
    """
    facts, _actor = look(deps.glance, sitting_id, who)
    rules.require_open(facts.sitting)
    rules.require_holder(facts.sitting, hash_device(device_token))
    with deps.store.read() as session:
        paper = _sealed(session, facts).paper
        orders = paper_keys(session, facts).orders
    items = tuple(_in_order(item, orders[item.item_id]) for item in paper.items)
    return Paper(items, paper.sections)


def paper_keys(session: Session, facts: SavingFacts) -> PaperKeys:
    """What opens the form for a sitting that has started, and in which order it shows the options."""
    secret = get_form_secret(session, facts.administration_id)
    form = _sealed(session, facts)
    orders = {item.item_id: _order(secret, facts.id, item) for item in form.paper.items}
    return PaperKeys(form.key, orders, emergency_key(secret, facts.id))


def _order(secret: bytes, sitting_id: int, item: PaperItem) -> tuple[str, ...]:
    """The options as this sitting shows them; what is always read in one order stays in it."""
    ids = [one.id for one in item.options]
    if not KINDS[Interaction(item.interaction)].shuffled:
        return tuple(ids)
    return option_order(secret, sitting_id, int(item.item_id), ids)


def _in_order(item: PaperItem, order: tuple[str, ...]) -> PaperItem:
    options = {option.id: option for option in item.options}
    return replace(item, options=tuple(options[option_id] for option_id in order))


def _sealed(session: Session, facts: SavingFacts) -> SealedForm:
    return _sealed_of(session, get_form_secret(session, facts.administration_id), facts.form_id)


@read_once(maxsize=64)
def _sealed_of(session: Session, form_secret: bytes, form_id: int) -> SealedForm:
    """Read, rendered and sealed once a process: 5,000 candidates of a form are served the same bytes."""
    sections = list_sections(session, form_id)
    delivered = list_delivered_items(session, form_id)
    shown = render_items(session, [item.wording for item in delivered])
    items = tuple(_item(item, wording) for item, wording in zip(delivered, shown, strict=True))
    paper = Paper(
        items,
        tuple(
            PaperSection(
                row.ordinal,
                row.name_vi,
                row.name_en,
                row.limit_s,
                sum(item.section == row.ordinal for item in items),
            )
            for row in sections
        ),
    )
    plaintext = msgspec.json.encode(paper)
    key = content_key(form_secret, form_id, plaintext)
    return SealedForm(paper, seal(key, plaintext), key)


def _item(item: DeliveredItem, wording: DeliveredWording) -> PaperItem:
    asked, stimulus, english = wording.asked, wording.stimulus, wording.english
    return PaperItem(
        item_id=str(item.item_id),
        number=item.number,
        section=item.section,
        interaction=asked.interaction.value,
        stem=wording.stem,
        options=asked.options,
        places=asked.places,
        at_most=asked.at_most,
        most_characters=asked.kind.most_characters,
        stimulus=None
        if stimulus is None
        else PaperStimulus(str(stimulus.id), stimulus.content, stimulus.english),
        english=None
        if english is None
        else PaperTranslation(english.stem, dict(english.options), dict(english.places)),
    )
