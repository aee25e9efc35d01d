// The negative log posterior of a mixture of 25 Gaussians and its gradient, on OpenBLAS.
//
// With the factors Q of all components stacked, one product gives Q_k x for all k and a block of points; Q_k mu_k is subtracted afterwards. Of the
// signals S, one product gives the sums of s x' and from these follow, without another pass over the points, the gradients of
// Q_k (minus s mu') and of mu_k (minus Q_k' s). A block's products stay in the second level cache.
#include "peer.h"
#include <cblas.h>
#include <math.h>
#include <string.h>

#define K 25
#define MOST 64

typedef struct
{
    const double *p, *x;
    double gamma, m, *gradient, *stacked, *shift, *products, *sums;
    long d, n, length;
} mixture;

static mixture small, large;

static double run(mixture *s)
{
    const long d = s->d, n = s->n, triangle = d * (d - 1) / 2, block = d > 32 ? 64 : 200;
    const double *alpha = s->p, *mu = alpha + K, *q = mu + K * d, *l = q + K * d;
    double *g_alpha = s->gradient, *g_mu = g_alpha + K, *g_q = g_mu + K * d, *g_l = g_q + K * d;
    double constant[K], weight_sum[K] = {0}, signal_sum[K * MOST] = {0}, prior = 0, loss = 0;

    for (long k = 0; k < K; k++)
    {
        double *Q = s->stacked + k * d * d, determinant = 0;
        const double *below = l + k * triangle;
        memset(Q, 0, d * d * sizeof(double));
        for (long j = 0; j < d; j++)
        {
            double diagonal = exp(q[k * d + j]);
            determinant += q[k * d + j];
            Q[j * d + j] = diagonal;
            prior += 0.5 * s->gamma * s->gamma * diagonal * diagonal;
            for (long i = j + 1; i < d; i++) Q[i * d + j] = *below++;
        }
        for (long t = 0; t < triangle; t++) prior += 0.5 * s->gamma * s->gamma * l[k * triangle + t] * l[k * triangle + t];
        prior -= s->m * determinant;
        constant[k] = alpha[k] + determinant;
        for (long i = 0; i < d; i++)
        {
            double t = 0;
            for (long j = 0; j <= i; j++) t += Q[i * d + j] * mu[k * d + j];
            s->shift[k * d + i] = t;
        }
    }

    double largest_alpha = -INFINITY, alpha_sum = 0;
    for (int k = 0; k < K; k++) largest_alpha = fmax(largest_alpha, alpha[k]);
    for (int k = 0; k < K; k++) alpha_sum += exp(alpha[k] - largest_alpha);

    for (long from = 0; from < n; from += block)
    {
        long rows = n - from < block ? n - from : block;
        double *S = s->products;
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, K * d, d, 1, s->x + from * d, d, s->stacked, d, 0, S, K * d);
        for (long r = 0; r < rows; r++)
        {
            double *row = S + r * K * d, term[K], largest = -INFINITY, sum = 0;
            for (int k = 0; k < K; k++)
            {
                double square = 0;
                for (long i = 0; i < d; i++)
                {
                    double t = row[k * d + i] - s->shift[k * d + i];
                    row[k * d + i] = t;
                    square += t * t;
                }
                term[k] = constant[k] - 0.5 * square;
            }
            for (int k = 0; k < K; k++) largest = fmax(largest, term[k]);
            for (int k = 0; k < K; k++) sum += term[k] = exp(term[k] - largest);
            loss -= log(sum) + largest;
            for (int k = 0; k < K; k++)
            {
                double w = term[k] / sum;
                weight_sum[k] += w;
                for (long i = 0; i < d; i++) signal_sum[k * d + i] += row[k * d + i] *= w;
            }
        }
        cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, K * d, d, rows, 1, S, K * d, s->x + from * d, d, from > 0, s->sums, d);
    }

    for (long k = 0; k < K; k++)
    {
        const double *Q = s->stacked + k * d * d, *t = signal_sum + k * d, *means = mu + k * d;
        double *sums = s->sums + k * d * d, *below = g_l + k * triangle;
        g_alpha[k] = n * exp(alpha[k] - largest_alpha) / alpha_sum - weight_sum[k];
        for (long j = 0; j < d; j++) g_mu[k * d + j] = 0;
        for (long i = 0; i < d; i++)
            for (long j = 0; j <= i; j++) g_mu[k * d + j] -= Q[i * d + j] * t[i];
        for (long j = 0; j < d; j++)
        {
            double diagonal = Q[j * d + j];
            g_q[k * d + j] = (sums[j * d + j] - t[j] * means[j]) * diagonal - weight_sum[k] + s->gamma * s->gamma * diagonal * diagonal - s->m;
            for (long i = j + 1; i < d; i++) *below++ = sums[i * d + j] - t[i] * means[j] + s->gamma * s->gamma * Q[i * d + j];
        }
    }
    return loss + n * (0.5 * d * log(2 * M_PI) + log(alpha_sum) + largest_alpha) + prior;
}

static double run_small(void) { return run(&small); }
static double run_large(void) { return run(&large); }

static void open(mixture *s, long d, const char *p, const char *x, const char *prior)
{
    long bytes;
    const double *wishart = data(prior, NULL);
    s->d = d;
    s->gamma = wishart[0];
    s->m = wishart[1];
    s->p = data(p, &bytes);
    s->length = bytes / sizeof(double);
    s->gradient = memory(bytes);
    s->x = data(x, &bytes);
    s->n = bytes / sizeof(double) / d;
    s->stacked = memory(K * d * d * sizeof(double));
    s->shift = memory(K * d * sizeof(double));
    s->products = memory(256 * K * d * sizeof(double));
    s->sums = memory(K * d * d * sizeof(double));
}

void mixture_subjects(void)
{
    open(&small, 10, "gmm10.p", "gmm10.x", "gmm10.prior");
    open(&large, 64, "gmm64.p", "gmm64.x", "gmm64.prior");
    add((subject){"gmm10-gradient", run_small, small.gradient, small.length, 1});
    add((subject){"gmm64-gradient", run_large, large.gradient, large.length, 1});
}
