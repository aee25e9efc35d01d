"""Times the workloads of this benchmark in PyTorch on its device: name, best time in ms, and the times of each way, separated by tabs.

Ways: eager, a captured CUDA graph, and torch.compile (where it works). Steps of Adam are fused ones. TF32 is off: the arithmetic is that of float.
"""
import math
import sys
import time

import torch

device = "cuda" if torch.cuda.is_available() else "cpu"
torch.backends.cuda.matmul.allow_tf32 = False
torch.manual_seed(7)
only = sys.argv[1] if len(sys.argv) > 1 else ""


def median(call, seconds=0.1):
    def run(count):
        torch.cuda.synchronize()
        start = time.perf_counter()
        for _ in range(count):
            call()
        torch.cuda.synchronize()
        return (time.perf_counter() - start) / count

    run(3)
    count = max(1, min(20000, int(seconds / max(1e-7, run(3)))))
    return 1000 * sorted(run(count) for _ in range(5))[2]


def captured(call):
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(5):
            call()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        call()
    return graph.replay


def report(name, ways):
    if only not in name:
        return
    times = []
    for way, make in ways:
        try:
            times.append((median(make()), way))
        except Exception as error:  # a way that a version of PyTorch does not take
            print(name, way, type(error).__name__, str(error)[:100], file=sys.stderr)
    print("\t".join([name, f"{min(times)[0]:.6f}"] + [f"{way} {t:.6f}" for t, way in times]), flush=True)


def gradient(name, loss, *parameters):
    def make(function, graph):
        def call():
            for p in parameters:
                p.grad = None
            value = function()
            value.backward()
            return value

        if not graph:
            return lambda: call().item()
        box = {}

        def inner():
            box["value"] = call()

        replay = captured(inner)

        def again():
            replay()
            box["value"].item()

        return again

    report(name, [("eager", lambda: make(loss, False)), ("graph", lambda: make(loss, True)), ("compiled", lambda: make(torch.compile(loss), False))])


def steps(name, loss, examples, batch, *parameters):
    """loss takes the indices of a batch."""
    order = torch.randperm(examples, device=device)
    state = {"first": 0}
    rows = order[:batch].clone()

    def following():
        if state["first"] + batch > examples:
            state["first"] = 0
        rows.copy_(order[state["first"] : state["first"] + batch])
        state["first"] += batch

    def make(function, graph):
        copies = list(parameters)
        optimizer = torch.optim.Adam(copies, lr=1e-4, fused=True, capturable=True)

        def step():
            optimizer.zero_grad(set_to_none=True)
            function(rows).backward()
            optimizer.step()

        run = captured(step) if graph else step

        def call():
            following()
            run()

        return call

    report(name, [("eager", lambda: make(loss, False)), ("graph", lambda: make(loss, True)), ("compiled", lambda: make(torch.compile(loss), False))])


def leaf(*size, dtype=torch.float32, scale=0.1):
    return (scale * torch.randn(*size, dtype=dtype, device=device)).requires_grad_()


def logistic():
    def data(n):
        return torch.randn(n, 64, device=device), torch.randint(2, (n,), device=device).float()

    w, b = leaf(64), leaf(1)
    x, y = data(1_000_000)
    gradient("logistic gradient", lambda: torch.nn.functional.binary_cross_entropy_with_logits(x @ w + b, y), w, b)
    u, v = data(200_000)
    steps("logistic step 1024", lambda rows: torch.nn.functional.binary_cross_entropy_with_logits(u[rows] @ w + b, v[rows]), 200_000, 1024, w, b)


def network():
    n = 8192
    x, y = torch.randn(n, 784, device=device), torch.randint(10, (n,), device=device)
    w1, b1, w2, b2 = leaf(784, 128), leaf(128), leaf(128, 10), leaf(10)

    def loss(rows):
        return torch.nn.functional.cross_entropy(torch.relu(x[rows] @ w1 + b1) @ w2 + b2, y[rows])

    for batch in (64, 256, 1024):
        steps(f"MLP step {batch}", loss, n, batch, w1, b1, w2, b2)
    gradient("MLP gradient 8192", lambda: torch.nn.functional.cross_entropy(torch.relu(x @ w1 + b1) @ w2 + b2, y), w1, b1, w2, b2)
    w, b = leaf(784, 10), leaf(10)
    gradient("softmax gradient 8192", lambda: torch.nn.functional.cross_entropy(x @ w + b, y), w, b)


def mixture(n, d, k):
    x = torch.randn(n, d, dtype=torch.float64, device=device)
    alphas, means, logs, lower = (leaf(k, dtype=torch.float64), leaf(k, d, dtype=torch.float64), leaf(k, d, dtype=torch.float64), leaf(k, d * (d - 1) // 2, dtype=torch.float64))
    rows, columns = torch.tril_indices(d, d, -1, device=device)

    def loss():
        q = torch.diag_embed(torch.exp(logs))
        q = q.index_put((torch.arange(k, device=device)[:, None], rows, columns), lower)
        z = torch.einsum("kij,nkj->nki", q, x[:, None, :] - means) if d <= 16 else torch.matmul(x, q.transpose(1, 2)).transpose(0, 1) - torch.einsum("kij,kj->ki", q, means)
        inner = alphas + logs.sum(1) - 0.5 * (z * z).sum(2)
        value = torch.logsumexp(inner, 1).sum() - n * torch.logsumexp(alphas, 0) - n * d * 0.5 * math.log(2 * math.pi)
        return -(value + 0.5 * (torch.exp(2 * logs).sum() + (lower * lower).sum()) - logs.sum())

    gradient(f"mixture d = {d}", loss, alphas, means, logs, lower)


def ratings():
    n, users, items, rank = 100_000, 943, 1682, 16
    u, i, r = torch.randint(users, (n,), device=device), torch.randint(items, (n,), device=device), torch.rand(n, device=device)
    p, q, bu, bi = leaf(users, rank), leaf(items, rank), leaf(users), leaf(items)

    def loss(rows):
        a, b = u[rows], i[rows]
        pa, qb, ca, cb = p[a], q[b], bu[a], bi[b]
        e = (pa * qb).sum(1) + ca + cb - r[rows]
        return (e * e + 0.01 * ((pa * pa).sum(1) + (qb * qb).sum(1))).mean()

    for batch in (256, 4096):
        steps(f"ratings step {batch}", loss, n, batch, p, q, bu, bi)


def scalars():
    n = 1_000_000
    x, y = torch.rand(n, dtype=torch.float64, device=device), torch.rand(n, dtype=torch.float64, device=device)
    c = torch.tensor([1.5, 0.5, 2.0], dtype=torch.float64, device=device, requires_grad=True)
    gradient("growth curve", lambda: ((c[0] / (1 + torch.exp(c[1] - c[2] * x)) - y) ** 2).mean(), c)
    z = leaf(n, dtype=torch.float64)
    gradient("Rosenbrock", lambda: (100 * (z[1:] - z[:-1] ** 2) ** 2 + (1 - z[:-1]) ** 2).sum(), z)


logistic()
network()
mixture(100_000, 10, 25)
mixture(10_000, 64, 25)
ratings()
scalars()
