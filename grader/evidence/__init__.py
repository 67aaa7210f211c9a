"""Evidence: what a run leaves behind, as validated data. Checks are functions of it and of the reference."""

from grader.evidence.bundle import CellRun, Evidence, EvidenceError, RunFacts, parse_event

__all__ = ["CellRun", "Evidence", "EvidenceError", "RunFacts", "parse_event"]
