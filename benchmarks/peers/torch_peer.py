"""The workloads in PyTorch, as its documentation would have them written, in whole-tensor operations; Adam with its fused loops over tensors (foreach)."""
import math
import sys

import torch

import peer

torch.set_num_threads(1)
torch.set_flush_denormal(True)
numbers = peer.reader(sys.argv[1])


def read(name, code):
    return torch.from_numpy(numbers(name, code))


def norm(tensors):
    return math.sqrt(sum(float((t.detach().double() ** 2).sum()) for t in tensors))


def gradient(loss, parameters):
    """Loss and its gradient, with nothing kept between calls."""
    result = {}

    def run():
        value = loss(*parameters)
        result["g"] = torch.autograd.grad(value, parameters)
        return value.item()

    return run, lambda: norm(result["g"])


def epoch(loss, start, optimizer, order, batch):
    """One pass over the examples: loss takes the parameters and the indices of a batch."""
    result = {}

    def run():
        parameters = [t.clone().requires_grad_() for t in start]
        result["p"] = parameters
        steps = optimizer(parameters)
        for rows in order.split(batch):
            steps.zero_grad(set_to_none=True)
            value = loss(rows, *parameters)
            value.backward()
            steps.step()
        return value.item()

    return run, lambda: norm(result["p"])


def adam(parameters):
    return torch.optim.Adam(parameters, lr=1e-3, foreach=True)


def logistic(_):
    x, y, w = read("logistic.x", "f").view(-1, 64), read("logistic.y", "f"), read("logistic.w", "f")
    order = read("logistic.order", "i").long()
    bce = torch.nn.functional.binary_cross_entropy_with_logits
    point = [w[:64].clone().requires_grad_(), w[64].clone().requires_grad_()]
    return {
        "logistic-gradient": gradient(lambda w, b: bce(torch.addmv(b, x, w), y), point),
        "logistic-epoch": epoch(
            lambda rows, w, b: bce(torch.addmv(b, x[rows], w), y[rows]), [torch.zeros(64), torch.zeros(())], adam, order, 256),
    }


def spam(_):
    y = read("spam.y", "d")
    x, order = read("spam.x", "d").view(len(y), -1), read("spam.order", "i").long()
    bce = torch.nn.functional.binary_cross_entropy_with_logits
    zeros = [torch.zeros(x.shape[1], dtype=x.dtype), torch.zeros((), dtype=x.dtype)]

    def loss(x, y, w, b):
        return bce(torch.addmv(b, x, w), y) + 0.5e-3 * w.square().sum()

    return {
        "spam-gradient": gradient(lambda w, b: loss(x, y, w, b), [t.clone().requires_grad_() for t in zeros]),
        "spam-epoch": epoch(lambda rows, w, b: loss(x[rows], y[rows], w, b), zeros, adam, order, 128),
    }


def softmax(_):
    x, y, p = read("digits.x", "f").view(-1, 784), read("digits.y", "i").long(), read("softmax.start", "f")
    point = [p[:7840].view(10, 784).clone().requires_grad_(), p[7840:].clone().requires_grad_()]
    return {"softmax-gradient": gradient(lambda w, b: torch.nn.functional.cross_entropy(torch.nn.functional.linear(x, w, b), y), point)}


def network(family):
    x, y, p = read("digits.x", "f").view(-1, 784), read("digits.y", "i").long(), read("mlp.start", "f")
    order, batch = read("digits.order", "i").long(), int(family[3:])
    linear, entropy = torch.nn.functional.linear, torch.nn.functional.cross_entropy
    w1, b1, w2, b2 = p.split([128 * 784, 128, 1280, 10])
    start = [w1.view(128, 784), b1, w2.view(10, 128), b2]

    def loss(rows, w1, b1, w2, b2):
        return entropy(linear(torch.tanh(linear(x[rows], w1, b1)), w2, b2), y[rows])

    first = order[:batch]
    return {
        family + "-epoch": epoch(loss, start, adam, order, batch),
        family + "-gradient": gradient(lambda *p: loss(first, *p), [t.clone().requires_grad_() for t in start]),
    }


def mixture(family):
    k, d = 25, int(family[3:])
    x, p, (gamma, m) = read(family + ".x", "d").view(-1, d), read(family + ".p", "d"), read(family + ".prior", "d").tolist()
    n, triangle = len(x), d * (d - 1) // 2
    alpha, mu, q, l = p.split([k, k * d, k * d, k * triangle])
    point = [t.clone().requires_grad_() for t in (alpha, mu.view(k, d), q.view(k, d), l.view(k, triangle))]
    columns, rows = torch.triu_indices(d, d, 1)             # column by column of the lower triangle
    places = rows * d + columns

    def loss(alpha, mu, q, l):
        diagonal = q.exp()
        factors = torch.zeros(k, d * d, dtype=x.dtype).index_copy(1, places, l).view(k, d, d) + torch.diag_embed(diagonal)
        scaled = torch.addmm(-torch.matmul(factors, mu[:, :, None]).view(k * d), x, factors.view(k * d, d).t()).view(n, k, d)     # one product for all
        determinants = q.sum(1)
        terms = alpha + determinants - 0.5 * scaled.square().sum(2)
        prior = 0.5 * gamma * gamma * (diagonal.square().sum() + l.square().sum()) - m * determinants.sum()
        return n * (0.5 * d * math.log(2 * math.pi) + alpha.logsumexp(0)) - terms.logsumexp(1).sum() + prior

    return {family + "-gradient": gradient(loss, point)}


def recurrent(_):
    bits = 14
    p, state, sequence = read("lstm.p", "d"), read("lstm.state", "d").view(-1, bits), read("lstm.sequence", "d").view(-1, bits)
    layers = len(state) // 2
    point = [p[:8 * layers * bits].view(2 * layers, 4, bits).clone().requires_grad_(), p[8 * layers * bits:].view(3, bits).clone().requires_grad_()]
    inputs = sequence.unbind(0)

    def loss(weights, extra):
        gates = [(w[0], w[1], w[2], w[3]) for w in (part.unbind(0) for part in weights.unbind(0))]
        first, out, shift = extra.unbind(0)
        hidden, cell = [state[2 * n] for n in range(layers)], [state[2 * n + 1] for n in range(layers)]
        outputs = []
        for t in range(len(inputs) - 1):
            signal = inputs[t] * first
            for n in range(layers):
                w, b = gates[2 * n], gates[2 * n + 1]
                forget = torch.sigmoid(torch.addcmul(b[0], signal, w[0]))
                enter = torch.sigmoid(torch.addcmul(b[1], hidden[n], w[1]))
                leave = torch.sigmoid(torch.addcmul(b[2], signal, w[2]))
                change = torch.tanh(torch.addcmul(b[3], hidden[n], w[3]))
                cell[n] = cell[n] * forget + enter * change
                signal = hidden[n] = leave * torch.tanh(cell[n])
            outputs.append(signal)
        logits = torch.addcmul(shift, torch.stack(outputs), out)
        total = (sequence[1:] * (logits - torch.log(2 + logits.exp().sum(1, keepdim=True)))).sum()
        return -total / ((len(inputs) - 1) * bits)

    return {"lstm-gradient": gradient(loss, point)}


def ratings(_):
    users, items, rank, l2 = 943, 1682, 16, 0.01
    u, i, r = read("ratings.u", "i").long(), read("ratings.i", "i").long(), read("ratings.r", "f")
    order, p = read("ratings.order", "i").long(), read("ratings.start", "f")
    a, b, c, d = p.split([users * rank, items * rank, users, items])
    start = [a.view(users, rank), b.view(items, rank), c, d]

    def loss(rows, user, item, user_bias, item_bias):
        a, b = u[rows], i[rows]
        x, y = torch.nn.functional.embedding(a, user), torch.nn.functional.embedding(b, item)
        e = user_bias[a] + item_bias[b] + (x * y).sum(1) - r[rows]
        return (e.square() + l2 * (x.square().sum(1) + y.square().sum(1))).mean()

    return {"ratings-epoch": epoch(loss, start, lambda p: torch.optim.SGD(p, lr=0.05, foreach=True), order, 256)}


def rosenbrock(family):
    point, direction = read(family + ".x", "d").requires_grad_(), read(family + ".v", "d")
    result = {}

    def loss(x):
        head, tail = x[:-1], x[1:]
        return (100 * (tail - head.square()).square() + (1 - head).square()).sum()

    def product():
        slope, = torch.autograd.grad(loss(point), point, create_graph=True)
        result["p"] = torch.autograd.grad(slope, point, direction)
        return 0.0

    return {family + "-gradient": gradient(loss, [point]), family + "-hvp": (product, lambda: norm(result["p"]))}


peer.serve({
    "logistic": logistic, "spam": spam, "softmax": softmax, "mlp64": network, "mlp256": network, "gmm10": mixture, "gmm64": mixture,
    "lstm": recurrent, "ratings": ratings, "rosen10": rosenbrock, "rosen1000": rosenbrock, "rosen1000000": rosenbrock,
})
