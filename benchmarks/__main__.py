"""`python -m benchmarks [--quick]`: all of them, one after the other. Ctrl-C ends it."""

from __future__ import annotations

import sys


def main() -> None:
    from benchmarks import (  # noqa: PLC0415 - Ctrl-C also ends the imports, without a traceback
        decoding,
        durability,
        flicker,
        latency,
        load,
        pacing,
        rendering,
        slices,
        streaming,
    )

    rendered = (decoding, rendering, slices, flicker)
    for benchmark in (*rendered, latency, streaming, durability, load, pacing):
        benchmark.main()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
