"""Which pool a public CLIP model was trained on, by the name of its weights in open_clip."""

from typing import NamedTuple


class Pool(NamedTuple):
    """A pool of image-text pairs, and who made it or what it was filtered from."""

    pool: str
    maker: str


OTHERS = "Others"
# The beginning of a name of weights, the first that fits, and the pool.
BY_WEIGHTS = {
    "openai": Pool("WIT", "OpenAI"),
    "laion400m": Pool("LAION-400M", "LAION"),
    "laion2b": Pool("LAION-2B", "LAION"),
    "laion5b": Pool("LAION-5B", "LAION"),
    "frozen_laion5b": Pool("LAION-5B", "LAION"),
    "laion_aesthetic": Pool("LAION-Aesthetic", "LAION"),
    "mscoco_finetuned_laion2b": Pool("LAION-2B, then COCO", "LAION"),
    "merged2b": Pool("LAION-2B and COYO-700M", OTHERS),
    "datacomp1b": Pool("DataComp-1B", "DataComp"),
    "datacomp_xl": Pool("DataComp-1B", "DataComp"),
    "datacomp_s34b": Pool("DataComp-1B", "DataComp"),
    "datacomp_l": Pool("DataComp large", "DataComp"),
    "datacomp_m": Pool("DataComp medium", "DataComp"),
    "datacomp_s": Pool("DataComp small", "DataComp"),
    "commonpool_xl": Pool("CommonPool xlarge", "DataComp"),
    "commonpool_l": Pool("CommonPool large", "DataComp"),
    "commonpool_m": Pool("CommonPool medium", "DataComp"),
    "commonpool_s": Pool("CommonPool small", "DataComp"),
    "webli": Pool("WebLI", "Google"),
    "dfn2b": Pool("DFN-2B", "DFN"),
    "dfn5b": Pool("DFN-5B", "DFN"),
    "metaclip_400m": Pool("MetaCLIP-400M", "MetaCLIP"),
    "metaclip_fullcc": Pool("MetaCLIP-2.5B", "MetaCLIP"),
    "cc12m": Pool("CC12M", OTHERS),
    "yfcc15m": Pool("YFCC-15M", OTHERS),
    "v1": Pool("LAION-COCO, translated", OTHERS),  # NLLB-CLIP
}


def pool_of(weights: str) -> Pool:
    """The pool behind the weights of this name; of an unknown name the pool is that name."""
    return next((pool for start, pool in BY_WEIGHTS.items() if weights.startswith(start)), Pool(weights, OTHERS))
