"""Writes functions.tsv: each supported scalar function with its first two derivatives, to 30 digits.

Ordinary points are evaluated with mpmath at 320 digits (derivatives by mpmath.diff); 0 where a function is not smooth there, the ends of
its domain, the infinities and NaN are given by hand: limits, and at corners the slopes that docs/functions.md defines. "-" is not asked:
a derivative at a point where the value is NaN, or that has no limit. With "?" behind it (L below) a number is the limit, and NaN is
right too: the chain rule multiplies its factors, and where they tend to 0 and ∞ the product is NaN. That is the convention at ±∞ and at
the ends of a domain; no other number is right there. Points are IEEE numbers: 0 is +0, and limits at a pole are those from the right.

    python3 functions.py > functions.tsv        (mpmath 1.3)
"""
from mpmath import mp, mpf, diff, nstr, inf, nan, pi, exp, log, sqrt, cbrt, sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh
from mpmath import erf, erfc, loggamma, psi, atan2, expm1, log1p

mp.dps = 320
N = None

class L:
    """A limit, or NaN."""
    def __init__(self, limit): self.limit = limit

Q = pi / 2
LOG = {0: (-inf, inf, -inf), inf: (inf, 0, 0), -1: (nan, N, N), -inf: (nan, N, N)}
PERIODIC = {inf: (nan, nan, nan), -inf: (nan, nan, nan)}
UP = {inf: (inf, inf, inf), -inf: (0, 0, 0)}
STEP = {inf: (inf, 0, 0), -inf: (-inf, 0, 0), 0: (0, 0, 0)}

def sigmoid(x): return 1 / (1 + exp(-x))
def softplus(x): return log(1 + exp(x))
def cdf(x): return erfc(-x / sqrt(2)) / 2
def pdf(x): return exp(-x * x / 2) / sqrt(2 * pi)

S = {  # expression: (function, ordinary points, points by hand)
    "Math.Exp(x)": (exp, [0, 1, -2.5, 300, -300], UP),
    "double.Exp2(x)": (lambda x: mpf(2) ** x, [0, 1, -2.5], UP),
    "double.Exp10(x)": (lambda x: mpf(10) ** x, [0, 1, -2.5], UP),
    "Sym.Expm1(x)": (expm1, [0, 1, -2.5, 1e-10], {inf: (inf, inf, inf), -inf: (-1, 0, 0)}),
    "Math.Log(x)": (log, [1, 0.25, 1e10, 1e-10], LOG),
    "Math.Log2(x)": (lambda x: log(x) / log(2), [1, 0.25, 3], LOG),
    "Math.Log10(x)": (lambda x: log(x) / log(10), [1, 0.25, 3], LOG),
    "Sym.Log1p(x)": (log1p, [0, 1, -0.5, 1e-10], {-1: (-inf, inf, -inf), inf: (inf, 0, 0), -2: (nan, N, N)}),
    "Math.Sqrt(x)": (sqrt, [1, 0.25, 1e10], {0: (0, inf, -inf), inf: (inf, 0, 0), -1: (nan, nan, nan)}),
    "Math.Cbrt(x)": (cbrt, [1, 8, 0.3], {-8: (-2, mpf(1) / 12, mpf(1) / 144), 0: (0, inf, N), inf: (inf, 0, L(0)), -inf: (-inf, 0, L(0))}),
    "Math.Sin(x)": (sin, [0, 1, -2.5, 100], PERIODIC),
    "Math.Cos(x)": (cos, [0, 1, -2.5, 100], PERIODIC),
    "Math.Tan(x)": (tan, [0, 1, -2.5], PERIODIC),
    "Math.Asin(x)": (asin, [0, 0.5, -0.75], {1: (Q, inf, inf), -1: (-Q, inf, -inf), 2: (nan, nan, nan)}),
    "Math.Acos(x)": (acos, [0, 0.5, -0.75], {1: (0, -inf, -inf), -1: (pi, -inf, inf), 2: (nan, nan, nan)}),
    "Math.Atan(x)": (atan, [0, 0.5, -3, 1e5], {inf: (Q, 0, L(0)), -inf: (-Q, 0, L(0))}),
    "Math.Sinh(x)": (sinh, [0, 1, -2.5], {inf: (inf, inf, inf), -inf: (-inf, inf, -inf)}),
    "Math.Cosh(x)": (cosh, [0, 1, -2.5], {inf: (inf, inf, inf), -inf: (inf, -inf, inf)}),
    "Math.Tanh(x)": (tanh, [0, 0.5, -2.5, 1e-9, 20, -300], {inf: (1, 0, 0), -inf: (-1, 0, 0)}),
    "Math.Asinh(x)": (asinh, [0, 1, -2.5], {inf: (inf, 0, L(0)), -inf: (-inf, 0, L(0))}),
    "Math.Acosh(x)": (acosh, [1.5, 3], {1: (0, inf, -inf), inf: (inf, 0, L(0)), 0.5: (nan, nan, nan)}),
    "Math.Atanh(x)": (atanh, [0, 0.5, -0.75], {1: (inf, inf, inf), -1: (-inf, inf, -inf), 2: (nan, N, N)}),
    "Math.Abs(x)": (abs, [], {2: (2, 1, 0), -3: (3, -1, 0), 0: (0, 0, 0), inf: (inf, 1, 0), -inf: (inf, -1, 0)}),
    "Math.Floor(x)": (N, [], {1.5: (1, 0, 0), -1.5: (-2, 0, 0), **STEP}),
    "Math.Ceiling(x)": (N, [], {1.5: (2, 0, 0), -1.5: (-1, 0, 0), **STEP}),
    "Math.Round(x)": (N, [], {1.5: (2, 0, 0), 2.5: (2, 0, 0), -1.6: (-2, 0, 0), **STEP}),
    "Math.Truncate(x)": (N, [], {1.5: (1, 0, 0), -1.5: (-1, 0, 0), **STEP}),
    "Math.Max(x, 1)": (N, [], {2: (2, 1, 0), 0: (1, 0, 0), 1: (1, 0, 0), inf: (inf, 1, 0), -inf: (1, 0, 0)}),
    "Math.Min(x, 1)": (N, [], {2: (1, 0, 0), 0: (0, 1, 0), 1: (1, 0, 0), inf: (1, 0, 0), -inf: (-inf, 1, 0)}),
    "Math.Clamp(x, -1, 1)": (N, [], {2: (1, 0, 0), 0.5: (0.5, 1, 0), -2: (-1, 0, 0), inf: (1, 0, 0), -inf: (-1, 0, 0)}),
    "Math.CopySign(x, -1.0)": (N, [], {2: (-2, -1, 0), -3: (-3, 1, 0), inf: (-inf, -1, 0)}),
    "x % 3": (N, [], {5: (2, 1, 0), -5: (-2, 1, 0), 0: (0, 1, 0)}),
    "Math.FusedMultiplyAdd(x, x, 1)": (lambda x: x * x + 1, [0, 2, -3], {inf: (inf, inf, 2)}),
    "Math.Pow(x, 2)": (lambda x: x ** 2, [0, 3, -2], {inf: (inf, inf, 2), -inf: (inf, -inf, 2)}),
    "Math.Pow(x, 3)": (lambda x: x ** 3, [0, 3, -2], {inf: (inf, inf, inf), -inf: (-inf, inf, -inf)}),
    "Math.Pow(x, 2.5)": (lambda x: x ** mpf(2.5), [1, 3, 0.2], {0: (0, 0, 0), inf: (inf, inf, inf), -1: (nan, nan, nan)}),
    "Math.Pow(x, 0.5)": (lambda x: x ** mpf(0.5), [1, 3, 0.2], {0: (0, inf, -inf), inf: (inf, 0, 0), -1: (nan, nan, nan)}),
    "Math.Pow(x, -1)": (lambda x: 1 / x, [1, 3, -0.2], {inf: (0, 0, 0)}),
    "Math.Pow(x, -2)": (lambda x: x ** -2, [1, 3, -0.25], {inf: (0, 0, 0), 0: (inf, -inf, inf)}),
    "Math.Pow(2.5, x)": (lambda x: mpf(2.5) ** x, [0, 1, -2, 3.5], UP),
    "Math.Pow(0.0, x)": (N, [], {2: (0, 0, 0), 0.5: (0, 0, 0)}),
    "Math.Atan2(x, 1.5)": (lambda x: atan2(x, mpf(1.5)), [0, 1, -2.5], {}),
    "Math.Atan2(1.5, x)": (lambda x: atan2(mpf(1.5), x), [0, 1, -2.5], {}),
    "Sym.Hypot(x, 3)": (lambda x: sqrt(x * x + 9), [0, 1, -2.5], {inf: (inf, L(1), L(0))}),
    "Sym.Hypot(x, 0)": (N, [], {0: (0, 0, 0), 2: (2, 1, 0), -2: (2, -1, 0)}),
    "Sym.Sigmoid(x)": (sigmoid, [0, 1, -2.5, -30, 30, 300, -300], {inf: (1, 0, 0), -inf: (0, 0, 0)}),
    "Sym.Softplus(x)": (softplus, [0, 1, -2.5, -30, 30, 300], {inf: (inf, 1, 0), -inf: (0, 0, 0)}),
    "Sym.LogSigmoid(x)": (lambda x: log(sigmoid(x)), [0, 1, -2.5, 30, -30, -300], {inf: (0, 0, 0), -inf: (-inf, 1, 0)}),
    "Sym.Erf(x)": (erf, [0, 1, -0.5], {inf: (1, 0, L(0)), -inf: (-1, 0, L(0))}),
    "Sym.Erfc(x)": (erfc, [0, 1, -0.5, 5], {inf: (0, 0, L(0)), -inf: (2, 0, L(0))}),
    "Sym.NormalCdf(x)": (cdf, [0, 1, -2.5], {inf: (1, 0, L(0)), -inf: (0, 0, L(0))}),
    "Sym.NormalPdf(x)": (pdf, [0, 1, -2.5], {inf: (0, L(0), L(0)), -inf: (0, L(0), L(0))}),
    "Sym.LogGamma(x)": (loggamma, [0.5, 1, 2.5, 30], {0: (inf, -inf, inf), inf: (inf, inf, L(0))}),
    "Sym.Digamma(x)": (lambda x: psi(0, x), [0.5, 1, 2.5, 30, -0.75], {0: (-inf, inf, -inf), inf: (inf, 0, L(0)), -1: (nan, N, N), -inf: (nan, N, N)}),
    "Sym.Trigamma(x)": (lambda x: psi(1, x), [0.5, 1, 2.5, 30, -0.75], {0: (inf, -inf, inf), inf: (0, 0, L(0)), -1: (inf, N, inf), -inf: (nan, N, N)}),
    "Sym.Polygamma(2, x)": (lambda x: psi(2, x), [0.5, 1, 2.5, 30, -0.75], {0: (-inf, inf, -inf), inf: (0, 0, L(0)), -1: (nan, N, N), -inf: (nan, N, N)}),
    "Sym.Polygamma(5, x)": (lambda x: psi(5, x), [0.5, 1, 2.5, 30, -0.75], {0: (inf, -inf, inf), inf: (0, 0, L(0))}),
    "Sym.Relu(x)": (N, [], {2: (2, 1, 0), -1: (0, 0, 0), 0: (0, 0, 0), inf: (inf, 1, 0), -inf: (0, 0, 0)}),
    "Sym.LeakyRelu(x, 0.125)": (N, [], {2: (2, 1, 0), -1: (-0.125, 0.125, 0), 0: (0, 0.125, 0), inf: (inf, 1, 0), -inf: (-inf, 0.125, 0)}),
    "Sym.Elu(x)": (N, [], {2: (2, 1, 0), -1: (expm1(-1), exp(-1), exp(-1)), 0: (0, 1, 0), inf: (inf, 1, 0), -inf: (-1, 0, 0)}),
    "Sym.Gelu(x)": (lambda x: x * cdf(x), [0, 1, -2.5], {inf: (inf, L(1), L(0)), -inf: (nan, N, N)}),
    "Sym.Silu(x)": (lambda x: x * sigmoid(x), [0, 1, -2.5], {inf: (inf, L(1), L(0)), -inf: (nan, N, N)}),
    "Sym.Mish(x)": (lambda x: x * tanh(softplus(x)), [0, 1, -2.5], {inf: (inf, L(1), L(0)), -inf: (nan, N, N)}),
    "Sym.Softsign(x)": (N, [], {1: (0.5, 0.25, -0.25), -3: (-0.75, mpf(1) / 16, mpf(1) / 32), 0: (0, 1, 0), inf: (nan, N, N), -inf: (nan, N, N)}),
    "Sym.HardTanh(x)": (N, [], {0.5: (0.5, 1, 0), 2: (1, 0, 0), -2: (-1, 0, 0), 1: (1, 0, 0), -1: (-1, 0, 0)}),
    "Sym.Huber(x, 1.5)": (N, [], {1: (0.5, 1, 1), 3: (3.375, 1.5, 0), -3: (3.375, -1.5, 0), 0: (0, 0, 1), inf: (inf, 1.5, 0)}),
    "Sym.Square(x)": (lambda x: x * x, [0, 3, -2], {inf: (inf, inf, 2)}),
    "Sym.Log1mExp(x)": (lambda x: log(1 - exp(x)), [-1, -0.1, -30], {-inf: (0, 0, 0), 0: (-inf, -inf, L(-inf)), 1: (nan, N, N)}),
    "Sym.LogAddExp(x, 1)": (lambda x: log(exp(x) + exp(1)), [0, 1, 3], {-inf: (1, 0, L(0))}),
    "Sym.Logit(x)": (lambda x: log(x / (1 - x)), [0.5, 0.3, 0.1, 0.9], {0: (-inf, inf, -inf), 1: (inf, inf, inf), 2: (nan, N, N)}),
    "Sym.XLogY(x, 2)": (lambda x: x * log(2), [0, 1, -3], {}),
    "Sym.XLogY(2, x)": (lambda x: 2 * log(x), [1, 3, 0.2], {inf: (inf, 0, 0)}),
    "double.ExpM1(x)": (expm1, [0, 1, -2.5], {inf: (inf, inf, inf), -inf: (-1, 0, 0)}),
    "double.LogP1(x)": (log1p, [0, 1, -0.5], {-1: (-inf, inf, -inf), inf: (inf, 0, 0), -2: (nan, N, N)}),
    "double.Exp2M1(x)": (lambda x: mpf(2) ** x - 1, [0, 1, -2.5, 1e-9, -0.7, 100], {inf: (inf, inf, inf), -inf: (-1, 0, 0)}),
    "double.Exp10M1(x)": (lambda x: mpf(10) ** x - 1, [0, 1, -2.5, 1e-9, -0.2, 100], {inf: (inf, inf, inf), -inf: (-1, 0, 0)}),
    "double.Log2P1(x)": (lambda x: log1p(x) / log(2), [0, 1, -0.5], {-1: (-inf, inf, -inf), inf: (inf, 0, 0), -2: (nan, N, N)}),
    "double.Log10P1(x)": (lambda x: log1p(x) / log(10), [0, 1, -0.5], {-1: (-inf, inf, -inf), inf: (inf, 0, 0), -2: (nan, N, N)}),
    "Math.Log(x, 3)": (lambda x: log(x) / log(3), [1, 0.25, 5], LOG),
    "double.RootN(x, 2)": (sqrt, [1, 0.25], {0: (0, inf, -inf), inf: (inf, 0, L(0))}),
    "double.RootN(x, 3)": (cbrt, [1, 8], {0: (0, inf, N), inf: (inf, 0, L(0))}),
    "double.Lerp(x, 3, 0.25)": (N, [], {2: (2.25, 0.75, 0), 0: (0.75, 0.75, 0), inf: (inf, 0.75, 0)}),
    "Math.ScaleB(x, 3)": (N, [], {2: (16, 8, 0), -0.5: (-4, 8, 0), 0: (0, 8, 0), -inf: (-inf, 8, 0)}),
    "double.DegreesToRadians(x)": (lambda x: x * pi / 180, [0, 90, -1], {}),
    "double.RadiansToDegrees(x)": (lambda x: x * 180 / pi, [0, 2, -1], {}),
    "1 / x": (lambda x: 1 / x, [1, 3, -0.25], {inf: (0, 0, 0), 0: (inf, -inf, inf)}),
    "x * Math.Sign(x)": (N, [], {2: (2, 1, 0), -3: (3, -1, 0), 0: (0, 0, 0)}),
    "x * Sym.Detach(x)": (N, [], {2: (4, 2, 0), -3: (9, -3, 0), 0: (0, 0, 0)}),
    "Sym.Norm(p)": (N, [], {2: (2, 1, 0), -3: (3, -1, 0), 0: (0, 0, N)}),
    "Sym.Mean(p)": (N, [], {2: (2, 1, 0), -3: (-3, 1, 0), 0: (0, 1, 0)}),
    "Sym.LogSumExp(p)": (N, [], {2: (2, 1, 0), -3: (-3, 1, 0), 800: (800, 1, 0)}),
}

def text(v): return "-" if v is None else text(v.limit) + "?" if isinstance(v, L) else "NaN" if v != v else "∞" if v == inf else "-∞" if v == -inf else nstr(mpf(v), 30)

def slope(f, x, order):
    """The derivative, 0 where it is only the noise of differences at 320 digits beside the size of the function."""
    d = diff(f, x, order)
    return mpf(0) if abs(d) < mpf(10) ** -290 * (abs(f(x)) or mpf(10) ** -20) else d

def write():
    print("# Written by functions.py: function, x, value, first and second derivative.")
    for name, (f, points, known) in S.items():
        if f is None and not known: continue
        for p in points:
            x = mpf(p)
            print("\t".join([name, repr(float(p)), text(f(x)), text(slope(f, x, 1)), text(slope(f, x, 2))]))
        for p, values in known.items():
            print("\t".join([name, text(p) if abs(p) == inf else repr(float(p)), *map(text, values)]))
        print("\t".join([name, "NaN", "NaN", "-", "-"]))

if __name__ == "__main__": write()
