"""Writes stable-formulas.tsv: formulas that lose digits or overflow in double precision, with value and gradient to 50 digits.

The naive formula itself is evaluated with 1500 digits, where nothing cancels and nothing overflows, at the exact binary value of each
point; the gradient is a central difference with a step of 1e-120 (relative), whose error is far below the 50 digits. Where the formula has
no value or no slope (0/0, the corner of a norm), the limit, or the slope 0 that docs/functions.md defines, is given by hand.

    python3 stable-formulas.py > stable-formulas.tsv        (mpmath 1.3)
"""
import re
from mpmath import mp, mpf, exp, log, cos, tanh, cosh, sqrt, nstr

mp.dps = 1500

def LogSumExp(p): return log(sum(exp(v) for v in p))
def LogSoftmax(p): return log(exp(p[0]) / sum(exp(v) for v in p))
def Softmax(p): return exp(p[0]) / sum(exp(v) for v in p)
def CrossEntropy(p): return LogSumExp(p) - p[1]
def Root(p): return sqrt(sum(v * v for v in p))
def Sigmoid(x): return 1 / (1 + exp(-x))

NAMES = {"Math.Log": "log", "Math.Exp": "exp", "Math.Cos": "cos", "Math.Tanh": "tanh", "Math.Cosh": "cosh", "Math.Sqrt": "sqrt",
         "Math.Pow": "pow", "Sym.Sigmoid": "Sigmoid"}

def of(text):
    code = re.sub(r"(Math|Sym)\.\w+", lambda m: NAMES[m.group(0)], text)
    code = re.sub(r"(?<![\w.])(\d+)(?![\w.])", r"mpf(\1)", code)
    compiled = compile(code, text, "eval")
    return lambda p: eval(compiled, globals(), {"x": p[0], "y": p[1], "z": p[2], "p": p})

def gradient(f, p):
    slopes = []
    for i in range(3):
        h = abs(p[i]) * mpf(10) ** -120 if p[i] != 0 else mpf(10) ** -600
        up, down = list(p), list(p)
        up[i] += h
        down[i] -= h
        slopes.append((f(up) - f(down)) / (2 * h))
    return slopes

def row(text, point, known=None):
    p = [mpf(v) for v in (tuple(point) if isinstance(point, tuple) else (point,)) + (0,) * 3][:3]
    values = [mpf(v) for v in known] if known else [of(text)(p), *gradient(of(text), p)]
    print("\t".join([text, *(repr(float(v)) for v in p), *(nstr(v, 50) for v in values)]))

CASES = {
    "Math.Log(1 + Math.Exp(x))": [800, -700, -40, 0.5, 40],
    "Math.Log(Math.Exp(x) + 1)": [1e4, -50, -1],
    "Math.Log(1 - Math.Exp(x))": [-1e-300, -1e-18, -1e-5, -0.5, -0.6931, -0.6932, -3, -40, -700],
    "Math.Log(Math.Exp(x) - 1)": [1e-300, 1e-18, 0.5, 0.6, 0.8, 3, 40, 800],
    "Math.Log(Sym.Sigmoid(x))": [-800, -40, 3],
    "Math.Log(1 / (1 + Math.Exp(-x)))": [-800, -40, 1],
    "Math.Log(1 - Sym.Sigmoid(x))": [800, 40, -3],
    "1 / (1 + Math.Exp(-x))": [-800, -700, 800, 0.25],
    "1 / (1 + Math.Exp(x))": [700, 800, -800, 0.25],
    "1 - Sym.Sigmoid(x)": [50, 700, 1],
    "y / (1 + Math.Exp(x))": [(800, 5), (-800, 5), (0.25, -3)],
    "Math.Exp(x) / (1 + Math.Exp(x))": [800, -700, 1],
    "Math.Exp(x) - 1": [1e-300, 1e-18, -1e-9, 2],
    "1 - Math.Exp(x)": [1e-300, 1e-18, -1e-9, 2],
    "Math.Log(1 + x)": [1e-300, 1e-18, -1e-10, 3],
    "Math.Log(1 - x)": [1e-300, 1e-18, -3],
    "x / (Math.Exp(x) - 1)": [1e-300, -1e-18, 1e-9, -1e-9, 1e-3, 0.4999, 0.5, -0.5, 3, -3, 40, 700, -800],
    "x / (1 - Math.Exp(-x))": [1e-300, -1e-18, 1e-9, 0.4999, -0.5, 3, -3, -40, 800, -700],
    "1 - Math.Cos(x)": [1e-150, 1e-9, 1, 3],
    "Math.Cos(x) - 1": [1e-150, -1e-9, 1],
    "1 - Math.Tanh(x) * Math.Tanh(x)": [0, 1e-10, 0.5, 0.9999, 1, -1, 5, 20, -20, 300],
    "1 / (Math.Cosh(x) * Math.Cosh(x))": [0, 1e-10, 0.5, 1, 5, -20, 354, 400, 800],
    "1 - Math.Tanh(x)": [20, 300, 0.3, -1],
    "1 + Math.Tanh(x)": [-20, -300, 0.3, 1],
    "(Math.Exp(x) - Math.Exp(-x)) / (Math.Exp(x) + Math.Exp(-x))": [800, -800, 0.3, 1e-10],
    "Math.Sqrt(x * x + y * y)": [(1e200, -1e200), (3e-200, 4e-200), (1e-170, 1.0), (-3, 4)],
    "Math.Sqrt(Math.Pow(x, 2) + Math.Pow(y, 2))": [(1e200, 1e200), (3, 4)],
    "Math.Sqrt(x * x + y * y + z * z)": [(1, 2, -2), (3, 0, 0)],
    "Math.Sqrt(x * x)": [1e200, -1e-200, -3],
    "x * x - y * y": [(100000001.0, 1e8), (1.0000000000000002, 1.0), (1e-10, 1e10), (3.7, 2.1), (-5.3, 5.3), (1e150, 1.1)],
    "Math.Log(Math.Exp(x) + Math.Exp(y))": [(800, 799), (-800, -801), (800, -800), (1, 2)],
    "Math.Log(1 + Math.Exp(x) + 3 * Math.Exp(y))": [(800, 799), (-800, 1), (1, 2)],
    "Math.Log(Math.Exp(x) / (Math.Exp(x) + Math.Exp(y)))": [(800, 801), (-800, 0), (1, 2)],
    "Math.Log(y * Math.Exp(x))": [(800, 2), (-800, 3), (1, 2)],
    "Math.Log(Math.Exp(x))": [800, -800, 1],
    "LogSumExp(p)": [(800, 799, 801), (-800, -799, -801), (0.1, 0.2, -0.3)],
    "LogSoftmax(p)": [(800, 799, 801), (-800, -799, -801), (0, 800, 1), (0.1, 0.2, -0.3)],
    "Softmax(p)": [(800, 799, 801), (-800, -799, -801), (0.1, 0.2, -0.3)],
    "CrossEntropy(p)": [(800, 799, 801), (-800, -799, -801), (0.1, 0.2, -0.3)],
    "Root(p)": [(1, 2, -2), (3, 0, 0)],
}
KNOWN = {
    "x / (Math.Exp(x) - 1)": [(0, (1, -0.5, 0, 0))],
    "x / (1 - Math.Exp(-x))": [(0, (1, 0.5, 0, 0))],
    "Math.Sqrt(x * x + y * y)": [((0, 0), (0, 0, 0, 0))],
    "Math.Sqrt(Math.Pow(x, 2) + Math.Pow(y, 2))": [((0, 0), (0, 0, 0, 0))],
    "Math.Sqrt(x * x + y * y + z * z)": [((0, 0, 0), (0, 0, 0, 0))],
    "Math.Sqrt(x * x)": [(0, (0, 0, 0, 0))],
    "Root(p)": [((0, 0, 0), (0, 0, 0, 0))],
}

print("# Written by stable-formulas.py: formula, x, y, z, value, slopes in x, y, z.")
for text, points in CASES.items():
    for point in points:
        row(text, point)
    for point, known in KNOWN.get(text, []):
        row(text, point, known)
