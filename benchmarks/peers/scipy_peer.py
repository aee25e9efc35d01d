"""The fit of spam by scipy's L-BFGS-B, loss and gradient in numpy."""
import sys

import numpy
import scipy.optimize

import peer

read = peer.reader(sys.argv[1])
PENALTY = 1e-3


def spam(_):
    y = read("spam.y", "d")
    x = read("spam.x", "d").reshape(len(y), -1)
    result = {}

    def loss(p):
        w = p[:-1]
        z = x @ w + p[-1]
        e = numpy.exp(-numpy.abs(z))
        value = numpy.mean(numpy.maximum(z, 0) + numpy.log1p(e) - y * z) + 0.5 * PENALTY * (w @ w)
        slope = (numpy.where(z >= 0, 1, e) / (1 + e) - y) / len(y)
        return value, numpy.append(slope @ x + PENALTY * w, slope.sum())

    def run():
        fit = scipy.optimize.minimize(
            loss, numpy.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxcor": 10, "gtol": 1e-6, "ftol": 0, "maxiter": 10000, "maxfun": 100000})
        if numpy.abs(fit.jac).max() > 1e-6:
            raise RuntimeError(fit.message)
        result["x"] = fit.x
        return fit.fun

    return {"spam-fit": (run, lambda: numpy.linalg.norm(result["x"]))}


peer.serve({"spam": spam})
