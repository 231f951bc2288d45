"""What docs/pools.md shows works as it stands there, on a web of its own."""

import hashlib
import json
import re
import shlex

import duckdb
import pytest
from checkouts import PROJECT

from loopback import served

PAGE = (PROJECT / "docs/pools.md").read_text()
pytestmark = pytest.mark.slow


@pytest.fixture
def base(jpeg):
    """A site with a table and 40 pictures; every fourth is missing, every fifth of the others has to be asked twice."""
    asked = {}
    table = 'a "picture" {0}\t{1}{0}.jpg\n'

    def answer(request):
        asked[request.path] = asked.get(request.path, 0) + 1
        name = request.path.lstrip("/").removesuffix(".jpg")
        if name == "train.tsv":
            content = "".join(
                table.format(each, f"http://127.0.0.1:{request.server.server_port}/") for each in range(20)
            ).encode()
        elif int(name) % 4 == 0:
            return request.send_error(404)
        elif int(name) % 5 == 0 and asked[request.path] == 1:
            return request.send_error(503)
        else:
            content = jpeg(int(name))
        request.send_response(200)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    with served(answer) as server:
        yield f"{server}/"


def test_a_pool_from_the_web(checkout, base, jpeg):
    (layer,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
    (download,) = re.findall(r"^    snakemake --cores all (results/\S+) ", PAGE, re.M)
    layers = checkout.layer(layer.replace("https://example.org/", base))
    (checkout.folder / "data").mkdir()
    more = "".join(f"one more\t{base}{number}.jpg\n" for number in range(20, 40))
    (checkout.folder / "data/more-1.tsv").write_text(more)
    ran = checkout.snakemake(download, layers=layers)
    assert ran.returncode == 0, ran.stdout
    (query,) = re.findall(r"```sql\n(.*?)```", PAGE, re.S)
    rows = duckdb.sql(query.replace("results/", f"{checkout.folder}/results/")).fetchall()
    assert len(rows) == 40 and [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert sorted(row[4] for row in rows if row[1] == "success") == sorted(
        hashlib.sha256(jpeg(number)).hexdigest() for number in range(40) if number % 4
    )
    assert {row[2] for row in rows} == {None, "http_404"}, "those that were busy answered in the second round"
    folder = checkout.folder / "results/pools/web"
    listed = duckdb.sql(f"SELECT caption FROM '{folder}/samples.parquet'").fetchall()
    assert ('a "picture" 3',) in listed and ("one more",) in listed
    first = {path: path.stat().st_mtime_ns for path in (folder / "shards/0").iterdir()}

    assert checkout.jobs(download, layers=layers) == {}, "nothing is left to do"
    more_rounds = (*layers, "rounds.yaml")
    (checkout.folder / "rounds.yaml").write_text("pools: {web: {rounds: 3}}")
    assert checkout.jobs(download, layers=more_rounds) == {"retry_chunk": 1, "index_pool": 1}
    assert {path: path.stat().st_mtime_ns for path in (folder / "shards/0").iterdir()} == first


def test_a_preflight(checkout, base):
    (layer,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
    (command,) = re.findall(r"^    snakemake --cores all (preflight) ", PAGE, re.M)
    layers = checkout.layer(layer.replace("https://example.org/", base).replace(', "data/more-*.tsv"', ""))
    ran = checkout.snakemake(*shlex.split(command), layers=layers)
    assert ran.returncode == 0, ran.stdout
    told = json.loads((checkout.folder / "results/pools/web/preflight.json").read_text())
    assert (told["rows"], told["drawn"], told["min_success_met"]) == (20, 20, "open")
    assert told["failures"] == {"http_404": 5, "http_503": 3}
    assert (checkout.folder / "results/pools/diverse/preflight.json").exists()
