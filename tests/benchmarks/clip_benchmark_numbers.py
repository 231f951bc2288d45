"""What the CLIP-benchmark package measures of a model of open_clip's on test-set folders, in fp32; prints JSON.

    pip install --no-deps --target DIRECTORY -r tests/benchmarks/clip-benchmark.txt
    PYTHONPATH=DIRECTORY python tests/benchmarks/clip_benchmark_numbers.py RUN TESTSET...

RUN is the folder of a run of a stock config. It needs an older numpy than ours, which is why its packages lie apart.
Without `--no-deps` come 100 MB of Java that only its captioning needs.
"""

import json
import sys
from pathlib import Path

from clip_benchmark.datasets.builder import build_dataset
from clip_benchmark.metrics import zeroshot_classification, zeroshot_retrieval
from clip_benchmark.models.open_clip import load_open_clip
from torch.utils.data import DataLoader

RECALLS = [1, 5, 10]


def numbers(run: str, testsets: list[str]) -> list[dict[str, float]]:
    """CLIP-benchmark's metrics per folder, zero-shot classification or retrieval as it says."""
    model, transform, tokenizer = load_open_clip(f"local-dir:{run}", pretrained=None)
    model.eval()
    measured = []
    for testset in testsets:
        kind = Path(testset, "dataset_type.txt").read_text().strip()
        dataset = build_dataset("wds/it", root=testset, transform=transform, split="test", task=f"zeroshot_{kind}")
        loader = DataLoader(dataset.batched(32), batch_size=None, shuffle=False)
        if kind == "retrieval":
            found = zeroshot_retrieval.evaluate(model, loader, tokenizer, "cpu", amp=False, recall_k_list=RECALLS)
        else:
            asked = (tokenizer, dataset.classes, dataset.templates)
            found = zeroshot_classification.evaluate(model, loader, *asked, "cpu", amp=False)
        measured.append(found)
    return measured


if __name__ == "__main__":
    print(json.dumps(numbers(sys.argv[1], sys.argv[2:])))
