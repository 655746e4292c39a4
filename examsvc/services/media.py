"""Pictures that authors bring into the bank."""

from __future__ import annotations

import hashlib

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.services.audit import record_act
from examsvc.services.deps import Services
from examsvc.store import Session, database_now
from examsvc.store import media as store
from item_bank.errors import InvalidItem
from item_bank.item import ItemVersion
from item_bank.media import read_picture, references


def add_media(deps: Services, actor: Actor, data: bytes) -> str:
    """Take in a picture; returns the name that a wording refers to it by. Raises InvalidMedia."""
    permit(actor, "items.write")
    picture = read_picture(data)
    sha256 = hashlib.sha256(data).hexdigest()
    with deps.store.begin() as session:
        if store.add_picture(session, sha256, picture, actor.user_id, database_now(session)):
            facts = {"mime": picture.mime, "width": picture.width, "height": picture.height}
            record_act(session, actor, "items.add_media", f"media:{sha256}", size=len(data), **facts)
    return sha256


def require_media(session: Session, item: ItemVersion) -> None:
    """Raise InvalidItem, with the field, where the wording refers to a picture that is not in the bank."""
    parts = item.texts
    if not references(*parts.values()):
        return
    known = store.list_names(session)
    for name, text in parts.items():
        for sha256 in references(text):
            if sha256 not in known:
                raise InvalidItem("UNKNOWN_MEDIA", field=name, value=sha256[:12])
