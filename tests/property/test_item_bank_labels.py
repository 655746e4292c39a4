"""Whatever ids an item came with, the bank's own say nothing, and mark the same."""

from dataclasses import replace

from hypothesis import given

from item_bank.formats.foreign import ForeignItem
from item_bank.interactions.asked import check_stem
from item_bank.interactions.kinds import Form, Interaction
from item_bank.interactions.marking import check_key, share
from item_bank.labels import Parts, relabelled
from tests.property.foreign_items import items
from tests.property.searches import part


def parts_of_item(item: ForeignItem) -> Parts:
    assert item.asked is not None
    assert item.key is not None
    return Parts(item.stem, item.asked, check_key(item.asked, item.key))


@part(3)
@given(items())
def test_an_item_under_new_ids_is_whole_and_doing_it_again_changes_nothing(item: ForeignItem):
    found = relabelled(parts_of_item(item))
    check_stem(found.asked, found.stem)
    assert check_key(found.asked, found.key) == found.key
    assert relabelled(found) == found


@part(3)
@given(items())
def test_the_right_response_is_right_under_the_new_ids(item: ForeignItem):
    before = parts_of_item(item)
    after = relabelled(before)
    if before.asked.kind.rated:
        return
    for old, new in zip(before.key.accepted, after.key.accepted, strict=True):
        assert share(before.asked, before.key, old) == share(after.asked, after.key, new)


@part(3)
@given(items())
def test_neither_ids_nor_their_order_say_where_an_option_belongs(item: ForeignItem):
    before = parts_of_item(item)
    asked = before.asked
    after = relabelled(before).asked
    assert [place.id for place in after.places] == [f"P{n}" for n in range(1, len(asked.places) + 1)]
    if asked.interaction in {Interaction.ORDER, Interaction.MATCH, Interaction.GAP_MATCH}:
        turned = replace(before, asked=replace(asked, options=tuple(reversed(asked.options))))
        assert relabelled(turned).asked.options == after.options
    elif asked.kind.form is not Form.NOTHING:
        assert [one.content for one in after.options] == [one.content for one in asked.options]
