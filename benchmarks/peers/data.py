"""Writes the data that all programs of the comparison read: raw little-endian numbers, one file per array.

Small public data sets come from the repository, the rest is drawn from seeded generators. Only Python's standard library is used.
"""
import array
import csv
import gzip
import math
import os
import random

VERSION = "3"


def write(folder, name, code, values):
    with open(os.path.join(folder, name), "wb") as file:
        array.array(code, values).tofile(file)


def tokens(path):
    with open(path, encoding="utf-8") as file:
        return [float(part) for part in file.read().split()]


def logistic(folder, examples=100_000, features=64):
    draw = random.Random(1)
    write(folder, "logistic.x", "f", (2 * draw.random() - 1 for _ in range(examples * features)))
    write(folder, "logistic.w", "f", (draw.random() - 0.5 for _ in range(features + 1)))
    write(folder, "logistic.y", "f", (float(draw.random() < 0.5) for _ in range(examples)))
    write(folder, "logistic.order", "i", draw.sample(range(examples), examples))


def digits(folder, source):
    def idx(name):
        with gzip.open(os.path.join(source, "digits", name)) as file:
            data = file.read()
        return data[4 * (1 + data[3]):]

    scale = array.array("f", (pixel / 255 for pixel in range(256)))
    write(folder, "digits.x", "f", map(scale.__getitem__, idx("images10k.idx3-ubyte.gz")))
    labels = idx("labels10k.idx1-ubyte.gz")
    write(folder, "digits.y", "i", list(labels))
    draw = random.Random(2)
    write(folder, "digits.order", "i", draw.sample(range(len(labels)), len(labels)))

    def uniform(rows, columns):                 # Xavier
        bound = math.sqrt(6 / (rows + columns))
        return [draw.uniform(-bound, bound) for _ in range(rows * columns)]

    write(folder, "mlp.start", "f", uniform(128, 784) + [0.0] * 128 + uniform(10, 128) + [0.0] * 10)
    write(folder, "softmax.start", "f", uniform(10, 784) + [0.0] * 10)


def spam(folder, source):
    """All messages, each feature with mean 0 and deviation 1."""
    with open(os.path.join(source, "spambase", "spambase.csv"), encoding="utf-8") as file:
        rows = [[float(value) for value in row] for row in list(csv.reader(file))[1:]]
    columns = []
    for column in list(zip(*rows))[:-1]:
        mean = math.fsum(column) / len(column)
        deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in column) / len(column))
        columns.append([(value - mean) / deviation for value in column])
    write(folder, "spam.x", "d", (value for row in zip(*columns) for value in row))
    write(folder, "spam.y", "d", (row[-1] for row in rows))
    write(folder, "spam.order", "i", random.Random(6).sample(range(len(rows)), len(rows)))


def mixture(folder, name, d, k, n, alphas, means, factors, points, gamma, m):
    """Parameters as alpha, means, logarithms of the diagonals, lower triangles."""
    length = d * (d + 1) // 2
    diagonal = [v for c in range(k) for v in factors[c * length:c * length + d]]
    below = [v for c in range(k) for v in factors[c * length + d:(c + 1) * length]]
    write(folder, name + ".p", "d", alphas + means + diagonal + below)
    write(folder, name + ".x", "d", points)
    write(folder, name + ".prior", "d", [gamma, m])


def mixtures(folder, adbench):
    values = tokens(os.path.join(adbench, "gmm_d10_K25.txt"))
    d, k, n = map(int, values[:3])
    at, parts = 3, []
    for length in (k, k * d, k * d * (d + 1) // 2, n * d):
        parts.append(values[at:at + length])
        at += length
    mixture(folder, "gmm10", d, k, n, *parts, *values[at:])

    d = 64
    draw = random.Random(3)
    normal = lambda count: [draw.gauss(0, 1) for _ in range(count)]
    alphas, means = normal(k), [draw.random() for _ in range(k * d)]
    mixture(folder, "gmm64", d, k, n, alphas, means, normal(k * d * (d + 1) // 2), normal(n * d), 1, 0)


def recurrent(folder, adbench):
    values = tokens(os.path.join(adbench, "lstm_l2_c1024.txt"))
    layers, characters, bits = map(int, values[:3])
    weights = (2 * layers * 4 + 3) * bits
    write(folder, "lstm.p", "d", values[3:3 + weights])
    write(folder, "lstm.state", "d", values[3 + weights:3 + weights + 2 * layers * bits])
    write(folder, "lstm.sequence", "d", values[3 + weights + 2 * layers * bits:])
    assert len(values) == 3 + weights + (2 * layers + characters) * bits


def bundle(folder, adbench):
    values = tokens(os.path.join(adbench, "ba1_n49_m7776_p31843.txt"))
    n, m, p = map(int, values[:3])
    camera, point, weight, feature = values[3:14], values[14:17], values[17:18], values[18:20]
    write(folder, "ba.p", "d", camera * n + point * m + weight * p)
    write(folder, "ba.feature", "d", feature * p)
    write(folder, "ba.camera", "i", (i % n for i in range(p)))
    write(folder, "ba.point", "i", (i % m for i in range(p)))


def ratings(folder, users=943, items=1682, rank=16, count=100_000):
    draw = random.Random(4)
    truth = [[draw.gauss(0, 0.5) for _ in range(rank)] for _ in range(users + items)]
    write(folder, "ratings.start", "f", [draw.gauss(0, 0.25) for _ in range((users + items) * rank)] + [0.0] * (users + items))
    u, i = draw.choices(range(users), k=count), draw.choices(range(items), k=count)
    write(folder, "ratings.u", "i", u)
    write(folder, "ratings.i", "i", i)
    write(folder, "ratings.r", "f", (
        sum(map(float.__mul__, truth[a], truth[users + b])) + draw.gauss(0, 0.1) for a, b in zip(u, i)))
    write(folder, "ratings.order", "i", draw.sample(range(count), count))


def rosenbrock(folder):
    for n in (10, 1000, 1_000_000):
        draw = random.Random(5)
        write(folder, f"rosen{n}.x", "d", [2 * draw.random() - 1 for _ in range(n)])
        write(folder, f"rosen{n}.v", "d", [2 * draw.random() - 1 for _ in range(n)])


def curve(folder, source):
    """Gauss1 of NIST at its first starting point."""
    with open(os.path.join(source, "nist-strd", "Gauss1.dat"), encoding="utf-8") as file:
        lines = file.read().splitlines()
    write(folder, "nist.p", "d", (float(line.split()[2]) for line in lines if line.strip().startswith("b") and "=" in line))
    last = max(i for i, line in enumerate(lines) if line.startswith("Data:"))
    data = [tuple(map(float, line.split())) for line in lines[last + 1:] if line.strip()]
    write(folder, "nist.y", "d", (y for y, _ in data))
    write(folder, "nist.x", "d", (x for _, x in data))


def make(folder, repository):
    """Writes what is not there yet."""
    stamp = os.path.join(folder, "version")
    if os.path.exists(stamp) and open(stamp, encoding="ascii").read() == VERSION:
        return
    os.makedirs(folder, exist_ok=True)
    source, adbench = os.path.join(repository, "samples", "data"), os.path.join(repository, "benchmarks", "peers", "data", "adbench")
    logistic(folder)
    digits(folder, source)
    spam(folder, source)
    mixtures(folder, adbench)
    recurrent(folder, adbench)
    bundle(folder, adbench)
    ratings(folder)
    rosenbrock(folder)
    curve(folder, source)
    with open(stamp, "w", encoding="ascii") as file:
        file.write(VERSION)
