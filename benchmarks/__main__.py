"""`python -m benchmarks [--quick]`: all of them, one after the other."""

from __future__ import annotations

from benchmarks import decoding, durability, flicker, latency, rendering, streaming

for benchmark in (decoding, rendering, flicker, latency, streaming, durability):
    benchmark.main()
