"""A table of what was measured, and on what."""

import os
import platform
import statistics
from dataclasses import dataclass, field


@dataclass
class Report:
    """Collects lines, and prints them as Markdown."""

    name: str
    lines: list[str] = field(default_factory=list)

    def add(self, what: str, values: list[float], unit: str) -> None:
        """Add a measurement: median, 99th percentile, and of how many."""
        ordered = sorted(values)
        high = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
        middle = statistics.median(values)
        self.lines.append(f"| {what} | {middle:.2f} {unit} | {high:.2f} {unit} | {len(values)} |")

    def add_rate(self, what: str, value: float, unit: str) -> None:
        """Add one number."""
        self.lines.append(f"| {what} | {value:,.0f} {unit} | | 1 |")

    def add_ratio(self, what: str, value: float) -> None:
        """Add how many times as much one number is as another."""
        self.lines.append(f"| {what} | {value:,.2f} x | | 1 |")

    def show(self) -> None:
        """Print the table."""
        cores = os.cpu_count()
        print(f"{self.name}: Python {platform.python_version()}, {cores} cores\n")
        print("| what | median | p99 | of |\n|---|---|---|---|")
        print("\n".join(self.lines))
