"""What plans say of a configuration that Snakemake cannot read."""

import pytest

from clipcause.errors import UserError
from clipcause.planning.jobs import ask
from clipcause.session.command_line import config_files


@pytest.mark.parametrize(
    ("text", "told"),
    [("seeds: 3\nonly:\t[a]\n", "line 2 is not YAML"), ("- a\n", "holds no keys"), (None, "No such file or directory")],
)
def test_a_file_that_cannot_be_read_is_named_with_its_line(tmp_path, text, told):
    if text is not None:
        (tmp_path / "my.yaml").write_text(text)
    (tmp_path / "config.yaml").write_text("seeds: 3\n")
    with pytest.raises(UserError, match=rf"my\.yaml: {told}"):
        ask(["--cores", "1", "--configfile", "config.yaml", "my.yaml"], tmp_path)


@pytest.mark.parametrize(
    ("line", "files"),
    [
        ("--cores all", []),
        ("--configfile a.yaml b.yaml --cores 2", ["a.yaml", "b.yaml"]),
        ("all --configfiles a.yaml --config seeds=2 --configfile b.yaml", ["a.yaml", "b.yaml"]),
    ],
)
def test_the_files_of_a_command_line(line, files):
    assert config_files(line.split()) == files
