"""What it costs to see what a rule would break: `python -m benchmarks.previews [--long]`.

The rules and the mesh are those of `benchmarks.governed`. The mesh is on disk and has its history;
whoever previews has looked at it once before, as a server does that is asked more than once.
"""

import argparse
import tempfile
import time
from pathlib import Path

from benchmarks.governed import BASE, classes, mesh, rulebook
from benchmarks.report import Report
from isogloss.bootstrap import Services, build
from isogloss.governance.rulebook import Rulebook
from isogloss.model.change import Committed, SourceContent
from isogloss.model.preview import EffectKind
from isogloss.settings import Settings

TIMES = 20
"""So often is each draft previewed."""

DRAFTS = {
    "a rule on products, stricter": """
        rules:DataProduct-version a sh:PropertyShape ;
            sh:path dcat:version ; sh:minCount 1 ; sh:maxCount 1 ; sh:pattern "^1[.][0-6][.]" ;
            sh:severity sh:Violation ; sh:message "State a version up to 1.6." ;
            mesh:ruleId "data-product-version" .""",
    "a rule on datasets, stricter": """
        rules:Dataset-keyword a sh:PropertyShape ;
            sh:path dcat:keyword ; sh:minCount 2 ; sh:not [ sh:hasValue "area 7" ] ;
            sh:severity sh:Violation ; sh:message "Give two keywords, and not area 7." ;
            mesh:ruleId "dataset-keyword" .""",
    "a rule on columns, milder": """
        rules:Field-path a sh:PropertyShape ;
            sh:path mesh:fieldPath ; sh:minCount 1 ; sh:datatype xsd:string ;
            sh:severity sh:Warning ; sh:message "State one mesh:fieldPath." ;
            mesh:ruleId "field-path" .""",
}
_PREFIXES = """
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix mesh: <https://w3id.org/isogloss/mesh#> .
@prefix rules: <https://mesh.example/governance/rules#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def main() -> None:
    """Run all of it, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="10,000 datasets, not 1,000")
    datasets = 10_000 if parser.parse_args().long else 1_000
    report = Report("previews")
    with tempfile.TemporaryDirectory(prefix="isogloss-bench-") as folder:
        settings = Settings(data=Path(folder) / "mesh")
        said = frozenset([*(t for t in classes() if t.subject.startswith(BASE)), *mesh(datasets)])
        # What breaks the rules gets in before there are any.
        services = build(settings, rulebook=Rulebook({}))
        outcome = services.commits.replace([SourceContent("governance", "mesh", said)])
        assert isinstance(outcome, Committed)
        services.close()
        services = build(settings, rulebook=rulebook())
        _preview(services, datasets, report)
        services.close()
    report.show()


def _preview(services: Services, datasets: int, report: Report) -> None:
    began = time.perf_counter()
    services.previewing.preview({"none": ""})
    took = time.perf_counter() - began
    report.add(f"{datasets:,} datasets, looked at for the first time", [took], "s")
    for what, draft in DRAFTS.items():
        found = services.previewing.preview({"draft": _PREFIXES + draft})
        times = []
        for _ in range(TIMES):
            began = time.perf_counter()
            assert services.previewing.preview({"draft": _PREFIXES + draft}) is not found
            times.append((time.perf_counter() - began) * 1_000)
        effects = ", ".join(f"{found.count(kind):,} {kind.value}" for kind in EffectKind)
        report.add(f"{datasets:,} datasets, {what}: {effects}", times, "ms")


if __name__ == "__main__":
    main()
