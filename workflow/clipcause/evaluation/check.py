"""What a study asks of its test sets, checked before anything is trained."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from clipcause.concepts.vocabulary import read_vocabulary
from clipcause.errors import UserError
from clipcause.evaluation.testset import read_testset, refuse_overlap
from clipcause.files.outputs import write_json
from clipcause.job.took import work_begins


def check_testsets(
    testsets: Sequence[Path], train: Mapping[str, Path], vocabularies: Mapping[str, str | Path], output: Path
) -> None:
    """Write which classes each test set holds samples of, once it is sure that they can be measured.

    `train` says, per name of a test set, from which other one its probes learn, `vocabularies` by which vocabulary it
    asks. Raises UserError if a class is not in that, since it would have no frequency, or a test sample is among what
    a probe learns from.
    """
    work_begins()
    read = {each: [concept.id for concept in read_vocabulary(each)] for each in set(vocabularies.values())}
    found = {}
    for directory in testsets:
        testset = read_testset(directory)
        if testset.name in train:
            refuse_overlap(testset, read_testset(train[testset.name]))
        if testset.classifies:
            found[testset.name] = sorted(testset.samples["label"].unique())
            vocabulary = vocabularies[testset.name]
            _check_classes(testset.name, found[testset.name], read[vocabulary], vocabulary)
    write_json(output, found)


def _check_classes(testset: str, classes: Sequence[str], concepts: Sequence[str], vocabulary: str | Path) -> None:
    known = set(concepts)
    if missing := [name for name in classes if name not in known]:
        near = get_close_matches(missing[0], concepts, n=1)
        guess = f" (did you mean {near[0]!r}?)" if near else ""
        raise UserError(
            f"test set '{testset}': {len(missing)} of its classes are not in {vocabulary}: "
            f"{', '.join(map(repr, missing[:5]))}{guess}; add them, under the names that the test set uses"
        )
