"""Which texts are asked of a test set: named sets of prompts, grouped.

A group is embedded as one row (see `encode.TextEncoder`): a class with its templates, or one prompt alone. Whatever
else is to be asked of a test set's images in words is one more entry of `text_sets`, and is stored under its name.
"""

from collections.abc import Mapping, Sequence

from clipcause.class_names import spoken
from clipcause.evaluation.testset import TestSet

Groups = Sequence[Sequence[str]]

CLASS_NAME, TEMPLATE, ENSEMBLE, ATTRIBUTE = "class_name", "template", "ensemble", "attribute"


def text_sets(testset: TestSet, attributes: Mapping[str, Groups]) -> dict[str, Groups]:
    """The groups of prompts of every text set that a classification test set is asked.

    Those of classes hold a group per class name, in order:

    class_name         the bare class name
    template           the one template of Radford et al. 2021, `a photo of a {c}.`
    ensemble           the test set's own templates
    attribute/{name}   two groups, the prompts of an attribute's value 1 and of its value 0; one text set per entry of
                       `attributes`
    """
    templates = {CLASS_NAME: ["{c}"], TEMPLATE: ["a photo of a {c}."], ENSEMBLE: testset.templates}
    of_classes = {name: class_prompts(testset.classnames, each) for name, each in templates.items()}
    return of_classes | {f"{ATTRIBUTE}/{name}": groups for name, groups in attributes.items()}


def class_prompts(classnames: Sequence[str], templates: Sequence[str]) -> Groups:
    """Per class the prompts that its name makes of the templates; `{c}` stands for the name.

    Classes of one name have the same prompts.
    """
    return [[template.replace("{c}", name) for template in templates] for name in spoken(classnames)]
