"""What we measure, and how to repeat it: docs/benchmarks.md has the figures."""
