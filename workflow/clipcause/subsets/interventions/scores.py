"""Keep captions that resemble a definition, and images that resemble their captions."""

import numpy as np
import pyarrow as pa

from clipcause.embeddings.store import Located, Store, unit_vectors
from clipcause.errors import UserError
from clipcause.subsets.candidates import Candidates
from clipcause.subsets.embedded import BLOCK, arranged, locate_images, number_images, open_stores, per_item
from clipcause.subsets.interventions.sampling import wanted
from clipcause.subsets.selection import Selection


def text_similarity(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """Keep captions whose similarity to the definition of their label is `at_least` so large (Wen et al. 2024).

    Similarity is the cosine of the embedder's vectors, in fp32; higher thresholds leave less diverse captions. The
    definition is the vocabulary's, after the concept's name. `removed` gives the similarity of what went; samples
    without a caption, or with a label that the vocabulary lacks, go.
    """
    stores = open_stores(candidates.embeddings)
    definitions = stores["definitions"].vectors()
    concepts = pa.table({"label": stores["definitions"].uids(), "concept": range(len(definitions))})
    candidates.database.register("concepts", concepts)
    located = _locate_captions(candidates, stores["captions"])
    concept = candidates.database.execute(
        "SELECT concept FROM captioned JOIN candidates USING (uid) LEFT JOIN concepts USING (label) ORDER BY number"
    ).fetchnumpy()["concept"]
    concept = np.ma.filled(concept.astype(np.int64), -1)
    similarity = np.full(candidates.count, np.nan, np.float32)
    for numbers, vectors in located.blocks(BLOCK):
        found = (vectors * definitions[concept[numbers]]).sum(dim=1).numpy()
        similarity[numbers] = np.where(concept[numbers] >= 0, found, np.nan)
    return _above(candidates, similarity, f"similarity >= {settings['at_least']!r}")


def clip_score(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """Keep the images that resemble their captions: `at_least` so much, or most, the top `samples` or `fraction`.

    Similarity is the cosine of the embedder's vectors of image and caption, in fp32 (the CLIP score). Ties go to the
    smaller uid. `removed` gives the score of what went; samples without a caption or a readable image go.
    """
    stores = open_stores(candidates.embeddings)
    images = locate_images(candidates, stores["images"])
    captions = _locate_captions(candidates, stores["captions"])
    image = candidates.database.execute(
        "SELECT numbered.number FROM captioned JOIN numbered ON numbered.uid = split_part(captioned.uid, '#', 1) "
        "ORDER BY captioned.number"
    ).fetchnumpy()["number"]
    count = number_images(candidates)
    seen = np.zeros(count, bool)
    seen[images.number] = True
    similarity = np.full(candidates.count, np.nan, np.float32)
    with arranged(images, np.arange(count), candidates.spill) as vectors_of_images:
        for numbers, vectors in captions.blocks(BLOCK):
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


def _locate_captions(candidates: Candidates, store: Store) -> Located:
    """Where the vectors of the candidates' captions are, by the number in the table `captioned` (uid, number)."""
    candidates.database.execute(
        "CREATE TEMP TABLE captioned AS SELECT uid, row_number() OVER (ORDER BY uid) - 1 AS number FROM candidates"
    )
    return store.locate(candidates.database, "captioned")


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
