"""Keep captions that resemble a definition, and images that resemble their captions."""

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import torch

from clipcause.embeddings.store import Store, unit_vectors
from clipcause.errors import UserError
from clipcause.subsets.candidates import Candidates
from clipcause.subsets.embedded import BLOCK, arranged, locate_images, open_stores, per_item
from clipcause.subsets.interventions.sampling import wanted
from clipcause.subsets.selection import Selection

CAPTIONS = "captions/"  # and the name of a source: what part embeddings play


def text_similarity(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """Keep captions whose similarity to the definition of their label is `at_least` so large (Wen et al. 2024).

    Similarity is the cosine of the embedder's vectors, in fp32; higher thresholds leave less diverse captions. The
    definition is the vocabulary's, after the concept's name. `removed` gives the similarity of what went; samples
    without a caption, or with a label that the vocabulary lacks, go.
    """
    stores = open_stores(candidates.embeddings, CAPTIONS, "definitions")
    definitions = stores["definitions"].vectors()
    concepts = pa.table({"label": stores["definitions"].uids(), "concept": range(len(definitions))})
    candidates.database.register("concepts", concepts)
    _number_captions(candidates)
    concept = candidates.database.execute(
        "SELECT concept FROM captioned JOIN candidates USING (uid) LEFT JOIN concepts USING (label) ORDER BY number"
    ).fetchnumpy()["concept"]
    concept = np.ma.filled(concept.astype(np.int64), -1)
    similarity = np.full(candidates.count, np.nan, np.float32)
    for numbers, vectors in _caption_blocks(candidates, stores):
        found = (vectors * definitions[concept[numbers]]).sum(dim=1).numpy()
        similarity[numbers] = np.where(concept[numbers] >= 0, found, np.nan)
    return _above(candidates, similarity, f"similarity >= {settings['at_least']!r}")


def clip_score(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """Keep the images that resemble their captions: `at_least` so much, or most, the top `samples` or `fraction`.

    Similarity is the cosine of the embedder's vectors of image and caption, in fp32 (the CLIP score). Ties go to the
    smaller uid. `removed` gives the score of what went; samples without a caption or a readable image go.
    """
    stores = open_stores(candidates.embeddings, CAPTIONS, "images")
    count, images = locate_images(candidates, stores["images"])
    _number_captions(candidates)
    image = candidates.database.execute(
        "SELECT numbered.number FROM captioned JOIN numbered ON numbered.uid = split_part(captioned.uid, '#', 1) "
        "ORDER BY captioned.number"
    ).fetchnumpy()["number"]
    seen = np.zeros(count, bool)
    seen[images.number] = True
    similarity = np.full(candidates.count, np.nan, np.float32)
    with arranged(images, np.arange(count), candidates.spill) as vectors_of_images:
        for numbers, vectors in _caption_blocks(candidates, stores):
            of = image[numbers]
            found = (vectors * unit_vectors(vectors_of_images[of])).sum(dim=1).numpy()
            similarity[numbers] = np.where(seen[of], found, np.nan)
    if settings["at_least"] is not None:
        return _above(candidates, similarity, f"similarity >= {settings['at_least']!r}")
    samples, scored = wanted(candidates, settings), int((~np.isnan(similarity)).sum())
    if samples > scored:
        raise UserError(
            f"subset {candidates.subset}: samples is {samples:,}, of {candidates.count:,} candidates {scored:,} have a "
            "caption and a readable image; ask for fewer"
        )
    return _above(candidates, similarity, f"place <= {samples}")


def _caption_blocks(candidates: Candidates, stores: Mapping[str, Store]) -> Iterator[tuple[np.ndarray, torch.Tensor]]:
    """Numbers in the table `captioned` and vectors of the candidates' captions, each as its first source has it."""
    for number, source in enumerate(candidates.sources):
        own = f"(SELECT uid, number FROM captioned SEMI JOIN ({candidates.first_in(number)}) USING (uid))"
        yield from stores[f"{CAPTIONS}{source}"].locate(candidates.database, own).blocks(BLOCK)


def _number_captions(candidates: Candidates) -> None:
    """Make the table `captioned` (uid, number) of the candidates, in the order of their uids."""
    candidates.database.execute(
        "CREATE TEMP TABLE captioned AS SELECT uid, row_number() OVER (ORDER BY uid) - 1 AS number FROM candidates"
    )


def _above(candidates: Candidates, similarity: np.ndarray, condition: str) -> Selection:
    """Keep what meets a condition on `similarity` or on its `place`, the highest first."""
    candidates.database.register("scores", per_item(similarity=similarity))
    ranked = (
        "SELECT uid, similarity, row_number() OVER (ORDER BY similarity DESC NULLS LAST, uid) AS place "
        "FROM captioned JOIN scores USING (number)"
    )
    kept = f"(similarity IS NOT NULL AND {condition})"
    return Selection(
        f"SELECT uid FROM ({ranked}) WHERE {kept}",
        notes={"without_vector": int(np.isnan(similarity).sum())},
        removed=f"SELECT uid, similarity FROM ({ranked}) WHERE NOT {kept} ORDER BY uid",
    )
