"""Bringing a picture into the bank, from the page on which an item is written."""

from __future__ import annotations

from flask import jsonify, render_template, request
from werkzeug.wrappers import Response

from examsvc.edge.room import current_actor, deps
from examsvc.services.media import add_media
from examsvc.web.author import wording
from examsvc.web.author.inputs import MediaInput
from examsvc.web.author.room import room
from item_bank.errors import InvalidMedia
from item_bank.media import MAX_BYTES, reference

Page = str | tuple[str | Response, int] | Response


@room.view("/items/media", permission="items.write", methods=("POST",))
def add_picture() -> Page:
    """Take the picture in and say how a text refers to it: to the page's module as JSON, else as a page."""
    inputs = MediaInput()
    if not inputs.validate():
        return _refused(inputs, 400)
    try:
        # a byte more than allowed is enough to know
        sha256 = add_media(deps(), current_actor(), inputs.file.data.read(MAX_BYTES + 1))
    except InvalidMedia as error:
        inputs.file.errors = [wording.refusal(error)]
        return _refused(inputs, 422)
    text = reference(sha256, inputs.alt.data)
    if _by_module():
        return jsonify({"reference": text})
    return render_template("author/picture.html", picture=MediaInput(formdata=None), reference=text)


def _refused(inputs: MediaInput, status: int) -> Page:
    if _by_module():
        reasons = " ".join(str(reason) for field in (inputs.file, inputs.alt) for reason in field.errors)
        return jsonify({"reason": reasons}), status
    return render_template("author/picture.html", picture=inputs, reference=""), status


def _by_module() -> bool:
    return request.accept_mimetypes.best == "application/json"
