// Mean of (y - a / (1 + exp(b - c x)))^2 and its gradient, fused by hand: one exp (libmvec's, eight at a time), one division, constant
// factors taken out of the sums.
#include <math.h>

double growth_gradient(const double *restrict x, const double *restrict y, long n, const double *restrict p, double *restrict g)
{
    double a = p[0], b = p[1], c = p[2], loss = 0, ga = 0, gb = 0, gc = 0;
    for (long i = 0; i < n; i++)
    {
        double s = 1 / (1 + exp(b - c * x[i])), r = y[i] - a * s;
        loss += r * r;
        double t = r * s, u = t * (1 - s);
        ga += t;
        gb += u;
        gc += u * x[i];
    }
    g[0] = -2 * ga / n;
    g[1] = 2 * a * gb / n;
    g[2] = -2 * a * gc / n;
    return loss / n;
}
