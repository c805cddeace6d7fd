"""Nothing that comes from outside can become HTML."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from spot_failover.functions.markup import Html, element, joined


class Reader(HTMLParser):
    """Reads a document: its tags with their attributes, and its text."""

    def __init__(self, document: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


# What a browser itself changes: line ends, and characters that HTML does not allow.
ANY_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")))


@given(text=ANY_TEXT, value=ANY_TEXT.filter(bool))
def test_text_stays_text_and_an_attribute_s_value_its_value(text: str, value: str) -> None:
    read = Reader(element("p", text, title=value))

    assert read.tags == [("p", {"title": value})]
    assert read.text == text


def test_an_element_in_another_stays_an_element() -> None:
    assert element("p", "1 < 2 ", element("b", "&"), class_="note") == (
        '<p class="note">1 &lt; 2 <b>&amp;</b></p>'
    )


def test_an_attribute_without_a_value_is_left_out() -> None:
    assert element("input", value="") == "<input></input>"


def test_what_is_joined_is_html_and_is_not_escaped_again() -> None:
    inner = joined("a & b", Html("<br>"))

    assert joined(inner, "<") == "a &amp; b<br>&lt;"
