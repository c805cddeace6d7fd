"""HTML that cannot be injected into: whatever is not `Html` is escaped where it is put in."""

from __future__ import annotations

from html import escape


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(tag: str, *content: str, **attributes: str) -> Html:
    """Return an element around its content; `class_` is the attribute `class`."""
    written = "".join(f' {name.rstrip("_")}="{escape(value)}"' for name, value in attributes.items() if value)
    return Html(f"<{tag}{written}>{joined(*content)}</{tag}>")


def joined(*content: str) -> Html:
    """Return texts and elements in a row."""
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in content))
