"""Writes members.tsv: each supported function of two or more numbers or of whole spans, with gradient and Hessian-vector products, to 30 digits.

A row: the function; its operands, spans separated by ";" and their elements by ","; the value; the gradient; a direction; the Hessian times
the direction, in the form of the operands. Functions of numbers have spans of one element, which the test repeats; their directions are the axes, so
that the products are the Hessian; Max() and Min() are those of a span. Ordinary points are evaluated with mpmath at 60 digits (derivatives by mpmath.diff); points where a function
is not smooth, the ends of its domain, infinities and NaN are given by hand, with the meaning of "-" and "?" (L here) as in functions.py.

    python3 members.py > members.tsv        (mpmath 1.3)
"""
from mpmath import mp, mpf, diff, nstr, inf, nan, pi, exp, log, sqrt, atan2, fsum, fprod
from functions import L, N, text

mp.dps = 60

def r(a, m): return a - m * int(a / m)

# Of numbers: (function, arity, ordinary points, {point: (value, gradient, rows of the Hessian)}). A row of None: the whole row is not asked.
Z2, Z3 = [[0, 0]] * 2, [[0, 0, 0]] * 3
XYZ = [(2, 3, -0.5), (0, 1.5, 0), (-3, -0.25, 4)]
ELEMENTS = {
    "Add": (lambda x, y: x + y, [(2, 3), (0, -1.5)], {(inf, 1): (inf, [1, 1], Z2), (inf, -inf): (nan, N, N)}),
    "Subtract": (lambda x, y: x - y, [(2, 3), (0, -1.5)], {(inf, 1): (inf, [1, -1], Z2), (inf, inf): (nan, N, N)}),
    "Multiply": (lambda x, y: x * y, [(2, 3), (0, -1.5), (0, 0)], {(inf, 2): (inf, [2, inf], [[0, 1], [1, 0]]), (inf, 0): (nan, N, N)}),
    "Divide": (lambda x, y: x / y, [(2, 3), (0, -1.5), (-3, 0.25)], {(2, inf): (0, [0, L(0)], [[0, L(0)], [L(0), L(0)]]), (1, 0): (inf, [inf, -inf], [[N, L(-inf)], [L(-inf), inf]]), (0, 0): (nan, N, N)}),
    "Max": (N, [], {(2, 1): (2, [1, 0], Z2), (1, 2): (2, [0, 1], Z2), (2, 2): (2, [1, 0], Z2), (inf, 1): (inf, [1, 0], Z2), (-inf, 1): (1, [0, 1], Z2)}),
    "Min": (N, [], {(2, 1): (1, [0, 1], Z2), (1, 2): (1, [1, 0], Z2), (2, 2): (2, [1, 0], Z2), (inf, 1): (1, [0, 1], Z2), (-inf, 1): (-inf, [1, 0], Z2)}),
    "Pow": (lambda x, y: mpf(x) ** y, [(2, 3), (0.5, -1.5), (3, 0.25), (1, 0)], {
        (0, 3): (0, [0, 0], [[0, 0], [0, 0]]),
        (0, 0.5): (0, [inf, 0], [[L(-inf), N], [N, 0]]),
        (-2, 3): (-8, [12, N], N), # no slope in the exponent, and so no Hessian
        (-2, 0.5): (nan, N, N),
        (inf, 2): (inf, [inf, inf], N),
        (inf, -1): (0, [0, L(0)], [[L(0), N], [N, L(0)]])}),
    "Atan2": (atan2, [(1, 2), (-3, -1), (0, 1), (1, 0), (1, -2)], {(0, 0): (0, N, N), (inf, 1): (pi / 2, [0, L(0)], [[L(0)] * 2] * 2), (1, inf): (0, [L(0), 0], [[L(0)] * 2] * 2)}),
    "Hypot": (lambda x, y: sqrt(x * x + y * y), [(3, 4), (-1, 0.5), (0, 2)], {(0, 0): (0, [0, 0], Z2), (inf, 1): (inf, [L(1), 0], [[L(0)] * 2] * 2)}),
    "CopySign": (N, [], {(2, -1): (-2, [-1, 0], Z2), (-3, 2): (3, [-1, 0], Z2), (3, inf): (3, [1, 0], Z2), (-inf, 1): (inf, [-1, 0], Z2)}),
    "MultiplyAdd": (lambda x, y, z: x * y + z, XYZ, {(inf, 2, 1): (inf, [2, inf, 1], [[0, 1, 0], [1, 0, 0], [0, 0, 0]])}),
    "FusedMultiplyAdd": (lambda x, y, z: x * y + z, XYZ, {(inf, 2, 1): (inf, [2, inf, 1], [[0, 1, 0], [1, 0, 0], [0, 0, 0]])}),
    "MultiplyAddEstimate": (lambda x, y, z: x * y + z, XYZ, {(inf, 2, 1): (inf, [2, inf, 1], [[0, 1, 0], [1, 0, 0], [0, 0, 0]])}),
    "AddMultiply": (lambda x, y, z: (x + y) * z, XYZ, {(inf, 2, 1): (inf, [1, 1, inf], [[0, 0, 1], [0, 0, 1], [1, 1, 0]])}),
    "Lerp": (lambda x, y, t: x * (1 - t) + y * t, [(2, 3, 0.25), (0, -1, 0), (4, 5, 1), (1, 2, -0.5)], {(inf, 1, 0.5): (inf, [0.5, 0.5, -inf], [[0, 0, -1], [0, 0, 1], [-1, 1, 0]])}),
    "Clamp": (N, [], {(0.5, -1, 1): (0.5, [1, 0, 0], Z3), (2, -1, 1): (1, [0, 0, 1], Z3), (-2, -1, 1): (-1, [0, 1, 0], Z3), (1, -1, 1): (1, [1, 0, 0], Z3), (-1, -1, 1): (-1, [1, 0, 0], Z3),
                      (inf, -1, 1): (1, [0, 0, 1], Z3), (-inf, -1, 1): (-1, [0, 1, 0], Z3)}),
    "Negate": (lambda x: -x, [(2,), (0,)], {(inf,): (-inf, [-1], [[0]])}),
    "Reciprocal": (lambda x: 1 / x, [(2,), (-0.25,)], {(0,): (inf, [-inf], [[inf]]), (inf,): (0, [0], [[L(0)]])}),
    "ReciprocalSqrt": (lambda x: 1 / sqrt(x), [(2,), (0.25,)], {(0,): (inf, [-inf], [[inf]]), (inf,): (0, [L(0)], [[L(0)]]), (-1,): (nan, N, N)}),
}

# Of whole spans, 19 elements long unless given: (function, number of spans, further points given by hand: (value, gradient, direction, product)).
n = 19
X = [mpf(7 * i % 11 - 5) / 4 + mpf(1) / 8 for i in range(n)]
Y = [mpf(5 * i % 13 - 6) / 2 for i in range(n)]
DX = [mpf(3 * i % 7 - 3) / 2 for i in range(n)]
DY = [mpf(4 * i % 9 - 2) / 4 for i in range(n)]
O, I = [mpf(0)] * n, [mpf(1)] * n
def at(i, v, rest): return [mpf(v) if k == i else mpf(rest) for k in range(n)]
def dot(x, y): return fsum(a * b for a, b in zip(x, y))
def soft(x): s = fsum(exp(a) for a in x); return [exp(a) / s for a in x]
def mean(x): return fsum(x) / len(x)
SPANS = {
    "Sum": (lambda x: fsum(x), {(tuple(at(3, inf, 1)),): (inf, [I], [DX], [O])}),
    "SumOfSquares": (lambda x: dot(x, x), {(tuple(O),): (0, [O], [I], [[2] * n])}),
    "SumOfMagnitudes": (lambda x: fsum(abs(a) for a in x), {(tuple(O),): (0, [O], [I], [O]), (tuple(at(2, -inf, 1)),): (inf, [at(2, -1, 1)], [I], [O])}),
    "Dot": (dot, {(tuple(O), tuple(O)): (0, [O, O], [I, O], [O, I]), (tuple(at(1, inf, 1)), tuple(at(1, 2, 1))): (inf, [at(1, 2, 1), at(1, inf, 1)], [O, I], [I, O])}),
    "Norm": (lambda x: sqrt(dot(x, x)), {(tuple(O),): (0, [O], [I], [[N] * n]), (tuple(at(4, 2, 0)),): (2, [at(4, 1, 0)], [at(4, 1, 0)], [O]), (tuple(at(4, -3, 0)),): (3, [at(4, -1, 0)], [I], [at(4, 0, mpf(1) / 3)])}),
    "Distance": (lambda x, y: sqrt(fsum((a - b) ** 2 for a, b in zip(x, y))), {(tuple(X), tuple(X)): (0, [O, O], [I, O], [[N] * n] * 2)}),
    "Average": (mean, {(tuple(at(3, inf, 1)),): (inf, [[mpf(1) / n] * n], [I], [O])}),
    "Product": (lambda x: fprod(x), {
        (tuple(at(3, 0, 2)),): (0, [at(3, mpf(2) ** (n - 1), 0)], [at(3, 1, 0)], [at(3, 0, mpf(2) ** (n - 2))]),
        (tuple(2 if i > 1 else 0 for i in range(n)),): (0, [O], [at(0, 1, 0)], [at(1, mpf(2) ** (n - 2), 0)])}),
    "Max()": (N, {(tuple(at(6, 5, 2)),): (5, [at(6, 1, 0)], [I], [O]), (tuple(2 if i in (4, 9) else -i for i in range(n)),): (2, [at(4, 1, 0)], [I], [O]),
                (tuple(at(18, inf, 2)),): (inf, [at(18, 1, 0)], [I], [O]), (tuple(at(0, -inf, 2)),): (2, [at(1, 1, 0)], [I], [O])}),
    "Min()": (N, {(tuple(at(6, -5, 2)),): (-5, [at(6, 1, 0)], [I], [O]), (tuple(-2 if i in (4, 9) else i for i in range(n)),): (-2, [at(4, 1, 0)], [I], [O]),
                (tuple(at(18, -inf, 2)),): (-inf, [at(18, 1, 0)], [I], [O])}),
    "CosineSimilarity": (lambda x, y: dot(x, y) / sqrt(dot(x, x) * dot(y, y)), {(tuple(O), tuple(X)): (nan, N, [I, O], N)}),
    "SoftMax": (lambda x, w: dot(soft(x), w), {(tuple([mpf(800)] * n), tuple(at(0, n, 0))): (1, [at(0, 1 - mpf(1) / n, -mpf(1) / n), [mpf(1) / n] * n], [O, I], [O, O])}),
    "Sym.LogSumExp": (lambda x: log(fsum(exp(a) for a in x)), {
        (tuple([mpf(-900)] * n),): (log(n) - 900, [[mpf(1) / n] * n], [I], [O]),
        (tuple(at(5, -inf, 0)),): (log(n - 1), [at(5, 0, mpf(1) / (n - 1))], [O], [O])}),
    "Sym.Norm": (lambda x: sqrt(dot(x, x)), {(tuple(O),): (0, [O], [I], [[N] * n])}),
    "Sym.Mean": (mean, {}),
    "Sym.Variance": (lambda x: fsum((a - mean(x)) ** 2 for a in x) / len(x), {(tuple(I),): (0, [O], [at(0, 1, 0)], [at(0, mpf(2) / n - mpf(2) / n ** 2, -mpf(2) / n ** 2)])}),
}

def cells(spans): return "-" if spans is None else ";".join(",".join(map(text, s)) for s in spans)
def operands(spans): return ";".join(",".join(text(a) if abs(a) == inf or a != a else repr(float(a)) for a in s) for s in spans)

def slope(f, point, order):
    d = diff(f, point, order)
    return mpf(0) if abs(d) < mpf(10) ** -25 else d

def row(name, point, value, gradient, direction, product):
    print("\t".join([name, operands(point), text(value), cells(gradient), operands(direction), cells(product)]))

def axes(k): return [[int(i == j) for j in range(k)] for i in range(k)]

print("# Written by members.py: function, operands, value, gradient, a direction, the Hessian times the direction.")
for name, (f, points, known) in ELEMENTS.items():
    for p in points:
        x = tuple(map(mpf, p))
        k = len(x)
        for i, axis in enumerate(axes(k)):
            products = [[slope(f, x, tuple(a + b for a, b in zip(axis, other)))] for other in axes(k)]
            row(name, [[a] for a in x], f(*x), [[slope(f, x, tuple(other))] for other in axes(k)], [[a] for a in axis], products)
    for p, (value, gradient, hessian) in known.items():
        for i, axis in enumerate(axes(len(p))):
            row(name, [[mpf(a)] for a in p], value, gradient and [[g] for g in gradient], [[a] for a in axis], hessian and [[h] for h in hessian[i]])
    k = len((points or list(known))[0])
    row(name, [[nan]] + [[1]] * (k - 1), nan, N, [[1]] * k, N)

for name, (f, known) in SPANS.items():
    k = len(next(iter(known))) if known else 1
    if f is not None:
        x, d = [X, Y][:k], [DX, DY][:k]
        def moved(s, t, i=None, j=None): return f(*[[a + t * b + (s if (q, p) == (i, j) else 0) for p, (a, b) in enumerate(zip(u, v))] for q, (u, v) in enumerate(zip(x, d))])
        gradient = [[slope(lambda s: moved(s, 0, q, p), 0, 1) for p in range(n)] for q in range(k)]
        product = [[slope(lambda s, t: moved(s, t, q, p), (0, 0), (1, 1)) for p in range(n)] for q in range(k)]
        row(name, x, f(*x), gradient, d, product)
    for point, (value, gradient, direction, product) in known.items():
        row(name, point, value, gradient, direction, product)
    row(name, [at(2, nan, 1)] + [I] * (k - 1), nan, N, [I] * k, N)
