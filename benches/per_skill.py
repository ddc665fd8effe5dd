"""The same world skill by skill in NumPy: what `cargo bench --bench simulator` is held against.

    python3 benches/per_skill.py [RANKS ...]

Lists every skill of four domains (head of 20, exponential kernel, tau 5, top N by expected value)
with RANKS ranks per domain, and prints the seconds of one run and its losses. 1e14 ranks would
take 3.2 petabytes. It also prints how fast NumPy's own exponential is, which is vectorised.
"""

import sys
import time

import numpy as np

EXPONENT = np.array([1.2, 1.35, 1.5, 1.8])
COST = np.array([2.0, 1.5, 2.5, 1.0])
FLOOR = np.array([1.0, 0.8, 1.2, 0.5])
WEIGHTS = np.array([0.4, 0.3, 0.2, 0.1])
HEAD, TAU, CAPACITY, TOKENS = 20, 5.0, 10_000, 1e7


def losses(frequencies, remainder, capacity):
    """Domain losses; `frequencies` is domains x ranks."""
    rate = -np.expm1(-1.0 / TAU) * TOKENS
    met = WEIGHTS[:, None] * frequencies
    head = met[:, :HEAD].sum(axis=0)
    values = (COST[:, None] * met)[:, HEAD:]
    left = np.exp(-rate * met[:, HEAD:])
    if capacity is not None:
        # The head is met by all domains and always among the best here.
        kept = capacity - HEAD
        threshold = np.partition(values, values.size - kept, axis=None)[values.size - kept]
        left[values < threshold] = 1.0
    unlearned = (frequencies[:, :HEAD] * np.exp(-rate * head)).sum(axis=1)
    unlearned += (frequencies[:, HEAD:] * left).sum(axis=1)
    return FLOOR + COST * (unlearned + remainder)


def best(function, repeats):
    """Least seconds of a call, and its result."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = function()
        seconds.append(time.perf_counter() - start)
    return min(seconds), result


def main():
    for ranks in [int(float(argument)) for argument in sys.argv[1:]] or [10**5, 10**6, 10**7]:
        rank = np.arange(1, ranks + 1, dtype=float)
        b = EXPONENT[:, None] - 1.0
        # k^-b - (k+1)^-b without cancellation
        frequencies = rank**-b * -np.expm1(-b * np.log1p(1.0 / rank))
        remainder = (ranks + 1.0) ** -b[:, 0]
        for capacity in [CAPACITY, None]:
            seconds, found = best(lambda: losses(frequencies, remainder, capacity), 3)
            limit = "unlimited" if capacity is None else f"{capacity:.0e}"
            print(f"R={ranks:.0e} N={limit}: {seconds:.2e} s, losses {found}")
    values = -np.linspace(0.3, 23.0, 4096)
    out = np.empty_like(values)
    seconds, _ = best(lambda: [np.exp(values, out=out) for _ in range(100)], 20)
    print(f"numpy.exp: {values.size * 100 / seconds:.2e} per second")


main()
