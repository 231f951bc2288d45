# clipcause: which property of the training data causes what CLIP can do?
#
# Every path is a sentence about what it holds; the words in braces are names from config.yaml:
#   results/miniweb/...                                      the small web that the project draws
#   results/pools/{pool}/samples.parquet                     every sample of a pool, and where its image is
#   results/testsets/{testset}/samples.parquet               labelled test images
#   results/concepts/{vocabulary}/{counted}/                 how many captions of a pool or subset mention each concept
#   results/embeddings/{embedder}/                           images and captions as vectors
#   results/subsets/{subset}/draw{draw}/manifest.parquet     the samples that an experiment trains on
#   results/runs/{subset}/{recipe}/seed{seed}/               a trained model
#   results/evaluations/{subset}/{recipe}/seed{seed}/        its features, predictions and measures
#   results/studies/{study}/                                 estimates, claims, figures
#   results/published/                                       public models, measured alike
#   results/logs/{step}/..., results/benchmarks/{step}/...   what each job said, and what it took
#   results/rates.json                                       what a unit of each step's work took, for plans
#   results/report.html, results/results.duckdb, results/tables/{table}.parquet    everything, to read and to query
import json
import sys
from glob import glob
from os.path import dirname

from snakemake.utils import min_version

min_version("9.27")
sys.path.insert(0, f"{workflow.basedir}/workflow")

from clipcause import session
from clipcause.config import (
    collecting,
    comparing,
    counting,
    drawing,
    embedding,
    evaluating,
    needs,
    orders,
    plan,
    published,
    recipes,
    reporting,
    resolve_or_exit,
    training,
)
from clipcause.config.code import code_of
from clipcause.config.needs import growing
from clipcause.subsets.interventions import module_of

session.begin(workflow)


configfile: f"{workflow.basedir}/config.yaml"


config = resolve_or_exit(config, workflow.configfiles)
shell.prefix(session.SHELL_PREFIX)
sharing = session.shares_outputs(workflow, collecting.sites(config))
if config["gpu"]:
    session.share_gpus(workflow)


wildcard_constraints:
    pool=plan.alternatives(config["pools"]),
    testset=plan.alternatives(config["testsets"]),
    vocabulary=plan.alternatives(config["vocabularies"]),
    embedder=plan.alternatives(config["embedders"]),
    subset=plan.alternatives(config["subsets"]),
    recipe=plan.alternatives(config["recipes"]),
    study=plan.alternatives(config["studies"]),
    counted=r"pools/\w+|subsets/\w+/draw\d+",
    chunk=r"\d+",
    part=r"\d+",
    parts=r"\d+",
    draw=r"\d+",
    seed=r"\d+",


localrules:
    all,


rule all:
    default_target: True
    input:
        "results/report.html",
        "results/results.duckdb",


include: "workflow/rules/miniweb.smk"
include: "workflow/rules/pools.smk"
include: "workflow/rules/testsets.smk"
include: "workflow/rules/embeddings.smk"
include: "workflow/rules/subsets.smk"
include: "workflow/rules/concepts.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/evaluation.smk"
include: "workflow/rules/studies.smk"
include: "workflow/rules/published.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/planning.smk"
include: "workflow/rules/targets.smk"


if sharing:
    session.time_no_shared_job(workflow)
