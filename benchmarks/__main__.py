"""`python -m benchmarks [--quick]`: all of them, one after the other."""

from __future__ import annotations

from benchmarks import decoding, durability, latency, streaming

for benchmark in (decoding, latency, streaming, durability):
    benchmark.main()
