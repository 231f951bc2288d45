"""The papers whose claims are tested."""

from dataclasses import dataclass

from clipcause.errors import UserError


@dataclass(frozen=True)
class Paper:
    """A paper as it is cited; `arxiv` is its identifier there, such as 2405.21070."""

    authors: tuple[str, ...]
    title: str
    venue: str
    year: int
    arxiv: str

    @property
    def short(self) -> str:
        """How running text names it: `Wen et al. 2024`, `et al.` never parted."""
        others = " et\N{NO-BREAK SPACE}al." if len(self.authors) > 1 else ""
        return f"{self.authors[0].split()[-1]}{others} {self.year}"

    @property
    def url(self) -> str:
        """Where it can be read."""
        return f"https://arxiv.org/abs/{self.arxiv}"


PAPERS = {
    "wen2024": Paper(
        authors=("Xin Wen", "Bingchen Zhao", "Yilun Chen", "Jiangmiao Pang", "Xiaojuan Qi"),
        title="What Makes CLIP More Robust to Long-Tailed Pre-Training Data? "
        "A Controlled Study for Transferable Insights",
        venue="NeurIPS",
        year=2024,
        arxiv="2405.21070",
    ),
    "fang2022": Paper(
        authors=(
            "Alex Fang",
            "Gabriel Ilharco",
            "Mitchell Wortsman",
            "Yuhao Wan",
            "Vaishaal Shankar",
            "Achal Dave",
            "Ludwig Schmidt",
        ),
        title="Data Determines Distributional Robustness in Contrastive Language Image Pre-training (CLIP)",
        venue="ICML",
        year=2022,
        arxiv="2205.01397",
    ),
    "mayilvahanan2024": Paper(
        authors=(
            "Prasanna Mayilvahanan",
            "Thaddäus Wiedemer",
            "Evgenia Rusak",
            "Matthias Bethge",
            "Wieland Brendel",
        ),
        title="Does CLIP's Generalization Performance Mainly Stem from High Train-Test Similarity?",
        venue="ICLR",
        year=2024,
        arxiv="2310.09562",
    ),
    "alabdulmohsin2024": Paper(
        authors=(
            "Ibrahim Alabdulmohsin",
            "Xiao Wang",
            "Andreas Steiner",
            "Priya Goyal",
            "Alexander D'Amour",
            "Xiaohua Zhai",
        ),
        title="CLIP the Bias: How Useful is Balancing Data in Multimodal Learning?",
        venue="ICLR",
        year=2024,
        arxiv="2403.04547",
    ),
}


def paper(key: str | None) -> Paper | None:
    """The paper that a study names; None for a study of its own. Raises UserError for an unknown key."""
    if key is None:
        return None
    if key not in PAPERS:
        raise UserError(f"paper {key!r} is unknown; it is one of {', '.join(PAPERS)}, or null")
    return PAPERS[key]
