"""What do frames of a form look like? Strategies made from the forms themselves, for round trips."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from ccnode_crypto.canonical import INT_MAX, INT_MIN

if TYPE_CHECKING:
    from ccnode_protocol.forms import Field, Form

BYTES_TRIED = 64  # longer ones tell nothing more
ITEMS_TRIED = 3
TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(INT_MIN, INT_MAX) | TEXT | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def value_of(field: Field) -> st.SearchStrategy[Any]:
    """Values that the field takes."""
    made: st.SearchStrategy[Any]
    match field.shape:
        case "bytes":
            made = st.binary(min_size=field.least, max_size=max(field.least, min(field.most, BYTES_TRIED)))
        case "integer":
            made = st.integers(field.least, field.most)
        case "text":
            made = st.text(
                st.characters(codec="utf-8"), min_size=field.least, max_size=max(field.least, min(field.most, 12))
            )
        case "flag":
            made = st.booleans()
        case "list":
            most = max(field.least, min(field.most, ITEMS_TRIED))
            made = st.lists(value_of(field.items[0]), min_size=field.least, max_size=most)
        case "row":
            made = st.tuples(*map(value_of, field.items)).map(list)
        case "map":
            made = st.dictionaries(TEXT, value_of(field.items[0]), max_size=min(field.most, ITEMS_TRIED))
    return st.none() | made if field.nullable else made


def body_of(form: Form) -> st.SearchStrategy[dict[str, Any]]:
    """Bodies of the form, now and then with names that it does not know."""
    needed = {name: value_of(field) for name, field in form.fields.items() if not field.optional}
    extra = {name: value_of(field) for name, field in form.fields.items() if field.optional}
    unknown = st.dictionaries(TEXT.filter(lambda name: name not in form.fields), ANYTHING, max_size=2)
    return st.builds(lambda one, two: {**two, **one}, st.fixed_dictionaries(needed, optional=extra), unknown)
