"""The protocol of benchmarks/peers/run for peers in Python: one process that stays warm and answers a line for a line."""
import sys
import time

import numpy


def reader(folder):
    types = {"f": numpy.float32, "d": numpy.float64, "i": numpy.int32}
    return lambda name, code: numpy.fromfile(f"{folder}/{name}", dtype=types[code])


def measure(run, calls, name):
    """The best of three samples of some milliseconds, by the thread's own clock, after a moment without the clock."""
    if name not in calls:
        begun = time.perf_counter()
        for _ in range(3):
            run()
            if time.perf_counter() - begun > 1:
                break
        while time.perf_counter() - begun < 0.1:
            run()
        begun = time.thread_time()
        run()
        calls[name] = max(1, int(2e-3 / max(time.thread_time() - begun, 1e-7)))
    begun = time.perf_counter()
    while True:
        run()
        if time.perf_counter() - begun > 0.01:
            break
    samples = []
    for _ in range(3):
        start = time.thread_time()
        for _ in range(calls[name]):
            run()
        samples.append((time.thread_time() - start) / calls[name])
        if samples[0] > 0.2:                    # long enough for one to do
            break
    return min(samples)


def serve(families):
    """families: by the first part of a name, a function that returns {name: (run, norm)}; run returns the loss."""
    subjects, calls = {}, {}
    print("ready", flush=True)
    for line in sys.stdin:
        command, name = line.split()
        family = name.split("-")[0]
        if name not in subjects and family in families:
            subjects.update(families[family](family))
        if name not in subjects:
            print("-", flush=True)
        elif command == "check":
            run, norm = subjects[name]
            loss = run()
            print(repr(float(loss)), repr(float(norm())), flush=True)
        else:
            print(repr(measure(subjects[name][0], calls, name)) if command == "measure" else "-", flush=True)
