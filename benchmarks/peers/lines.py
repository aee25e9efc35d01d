"""The lines of the table: what is compared with whom, and what is wanted."""
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Target:
    """A bound for the ratio of SymbolicGD's time to another."""
    text: str
    most: float = float("inf")
    least: float = 0

    def holds(self, ratio):
        return self.least <= ratio <= self.most


def at_most(ratio):
    return Target(f"≤ {ratio:g}", ratio)


def faster(times):
    return Target(f"≤ {1 / times:.3g} ({times:g}× faster)", 1 / times)


@dataclass(frozen=True)
class Work:
    """
    The least that a run has to do, by the best algorithm known here. Floating-point operations: a function such as exp counts as 20. Bytes: every
    array once, in and out, by the cache that holds them between runs.
    """
    flops: float
    bytes: float
    level: str
    type: str = "double"


@dataclass(frozen=True)
class Line:
    """targets: by peer, in the table's order, None where there is no target. inner: contenders that SymbolicGD's own program measures, by their name in the table."""
    name: str
    title: str
    targets: dict
    inner: dict = field(default_factory=dict)
    tolerance: float = 1e-3
    work: Work = None
    clock: str = "measure"


def table(flops, bytes, n=100_000):
    return Work(flops * n, bytes * n, "l3", "float")


TAPE = faster(30)

LINES = [
    Line("logistic-gradient", "logistic 100,000 × 64, float: gradient", {"C": at_most(0.95), "PyTorch": faster(4), "tape": TAPE, "value": at_most(2.2)},
         {"tape": "tape-logistic", "value": "logistic-value"}, 1e-4,
         work=table(4 * 64 + 46, 65 * 4)),
    Line("logistic-hvp", "logistic: Hessian times vector", {"gradient": at_most(2.5)}, {"gradient": "logistic-gradient"}),
    Line("logistic-epoch", "logistic: epoch of Adam, batch 256", {"C": at_most(1), "PyTorch": faster(40)},
         work=table(4 * 64 + 46, 66 * 4)),
    Line("spam-fit", "spambase 4,601 × 57, double: L-BFGS to 1e-6", {"scipy": faster(3)}, tolerance=1e-4),
    Line("spam-gradient", "spambase: gradient", {"C": None, "PyTorch": None}, tolerance=1e-9, work=Work(4_601 * (4 * 57 + 46), 4_601 * 58 * 8, "l3")),
    Line("spam-epoch", "spambase: epoch of Adam, batch 128", {"C": None, "PyTorch": None}, tolerance=1e-6, work=Work(4_601 * (4 * 57 + 46), 4_601 * 58 * 8, "l3")),
    Line("mlp64-epoch", "MLP 784-128-10, 10,000 digits, float: epoch of Adam, batch 64", {"C": at_most(0.85), "PyTorch": faster(1.4)},
         work=Work(10_000 * (406_528 + 2 * 20 * 128) + 157 * 101_770 * 12, 157 * 101_770 * 4 * 7, "l2", "float")),
    Line("mlp256-epoch", "MLP: epoch of Adam, batch 256", {"C": at_most(0.95), "PyTorch": faster(1.25)},
         work=Work(10_000 * (406_528 + 2 * 20 * 128) + 40 * 101_770 * 12, 40 * 101_770 * 4 * 7 + 31_360_000, "l2", "float")),
    Line("mlp256-gradient", "MLP: gradient of one batch of 256", {"C": None, "PyTorch": None, "value": at_most(2.5)}, {"value": "mlp256-value"}, 1e-4,
         work=Work(256 * (406_528 + 2 * 20 * 128), 256 * 784 * 4 + 2 * 101_770 * 4, "l2", "float")),
    Line("mlp256-hvp", "MLP: Hessian times vector, one batch of 256", {"gradient": at_most(2.5)}, {"gradient": "mlp256-gradient"}),
    Line("mlp256-epochx2", "MLP: epoch, batch 256, two threads, time on the wall", {"one thread": faster(1.7)}, {"one thread": "mlp256-epoch"}, clock="wall"),
    Line("softmax-gradient", "softmax regression, 10,000 digits, float: gradient", {"C": None, "PyTorch": None}, tolerance=1e-4,
         work=Work(10_000 * (4 * 7_840 + 300), 31_360_000, "l3", "float")),
    Line("gmm10-gradient", "gmm d = 10, K = 25, N = 1,000, double: gradient", {"C": at_most(0.95), "PyTorch": faster(4), "value": at_most(3.2)},
         {"value": "gmm10-value"}, 1e-9,
         work=Work(25_000 * (2 * 10 * 11 + 6 * 10 + 20), 200_000, "l2")),
    Line("gmm64-gradient", "gmm d = 64, K = 25, N = 1,000, double: gradient", {"C": at_most(1.1), "PyTorch": None, "value": at_most(3.2)},
         {"value": "gmm64-value"}, 1e-9,
         work=Work(25_000 * (2 * 64 * 65 + 6 * 64 + 20), 1_400_000, "l2")),
    *(Line(f"gmm{d}-hvp", f"gmm d = {d}: Hessian times vector", {"gradient": at_most(2.5)}, {"gradient": f"gmm{d}-gradient"}) for d in (10, 64)),
    Line("gmm64-gradientx2", "gmm d = 64, two threads, time on the wall", {"one thread": faster(1.7)}, {"one thread": "gmm64-gradient"}, clock="wall"),
    Line("lstm-gradient", "lstm 2 layers, 1,024 characters, double: gradient", {"C": None, "PyTorch": None, "value": None}, {"value": "lstm-value"}, 1e-9,
         work=Work(1_023 * 14 * (2 * (5 * 20 + 60) + 30), 1_023 * 2 * 14 * 8 * 8 * 2, "l2")),
    Line("ba-jacobian", "bundle adjustment ba1, 31,843 observations, double: residuals and Jacobian", {"ADBench C++": at_most(0.7), "C": None}, tolerance=1e-9,
         work=Work(31_843 * 340, 31_843 * (34 * 8 + 3 * 8 + 8), "l3")),
    Line("ratings-epoch", "matrix factorization, 100,000 ratings, rank 16, float: epoch of descent, batch 256",
         {"C": at_most(1.05), "PyTorch": faster(100), "tape": TAPE}, {"tape": "tape-ratings"},
         work=Work(100_000 * 290, 100_000 * (8 * 64 + 16), "l2", "float")),
    Line("nist-jacobian", "curve fit Gauss1, 250 × 8, double: residuals and Jacobian", {"C": None}, tolerance=1e-9,
         work=Work(250 * 100, 250 * 88, "l1")),
    *(line for n, title, tape, level in ((10, "10", {}, "l1"), (1000, "1,000", {"tape": "tape-rosen1000"}, "l1"), (1_000_000, "10⁶", {}, "l3")) for line in (
        Line(f"rosen{n}-gradient", f"Rosenbrock n = {title}, double: gradient",
             {"C": at_most(1.05), "ADOL-C": None, "PyTorch": faster(200) if n == 1000 else None, **({"tape": TAPE} if tape else {})}, tape, 1e-9, Work(12 * n, 16 * n, level)),
        Line(f"rosen{n}-hvp", f"Rosenbrock n = {title}: Hessian times vector", {"C": at_most(1.05), "ADOL-C": None, "PyTorch": None, "gradient": at_most(2.5)},
             {"gradient": f"rosen{n}-gradient"}, 1e-9, Work(11 * n, 24 * n, level)))),
    Line("logistic1m-gradient", "logistic 10⁶ × 64: gradient", {"reading the data": Target("≤ 1.43 (70% of the bandwidth)", 1 / 0.7)}, {"reading the data": "logistic1m-read"},
         work=Work(302e6, 260e6, "memory", "float")),
    Line("logistic4m-gradient", "logistic 4·10⁶ × 64: gradient", {"4 × that of 10⁶": Target("0.85 to 1.15", 1.15, 0.85), "reading the data": None},
         {"4 × that of 10⁶": "logistic1m-gradientx4", "reading the data": "logistic4m-read"},
         work=Work(1208e6, 1040e6, "memory", "float")),
]
