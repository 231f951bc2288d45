"""A page as a list of elements, read by the standard library's parser."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "img", "br", "hr", "input", "link", "path", "rect", "circle"}


@dataclass
class Element:
    """An element with its attributes, the pieces of text within it, and the elements that it lies in."""

    tag: str
    attributes: dict[str, str | None]
    within: list["Element"] = field(repr=False)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text within, as it stands."""
        return "".join(self.pieces)

    @property
    def words(self) -> str:
        """The text within, with one space between words and between elements."""
        return " ".join(" ".join(self.pieces).split())

    def __getitem__(self, attribute: str) -> str | None:
        return self.attributes.get(attribute)

    def inside(self, tag: str, **attributes: str) -> bool:
        """Whether it lies within such an element."""
        return any(
            outer.tag == tag and attributes.items() <= {k: v or "" for k, v in outer.attributes.items()}.items()
            for outer in self.within
        )


@dataclass
class Page(HTMLParser):
    """All elements of a page, in the order of their start tags."""

    html: str
    elements: list[Element] = field(default_factory=list)

    def __post_init__(self):
        super().__init__()
        self.open: list[Element] = []
        self.feed(self.html)
        self.close()
        assert not self.open, f"never closed: {[each.tag for each in self.open]}"

    def handle_starttag(self, tag, attrs):
        element = Element(tag, dict(attrs), list(self.open))
        assert len(attrs) == len(element.attributes), f"attribute given twice: {self.get_starttag_text()}"
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.elements.append(Element(tag, dict(attrs), list(self.open)))

    def handle_endtag(self, tag):
        assert self.open.pop().tag == tag, f"</{tag}> closes another element"

    def handle_data(self, data):
        for element in self.open:
            element.pieces.append(data)

    def all(self, tag: str) -> list[Element]:
        """Every element with this tag."""
        return [element for element in self.elements if element.tag == tag]

    def ids(self) -> list[str]:
        """Every id."""
        return [element["id"] for element in self.elements if element["id"] is not None]
