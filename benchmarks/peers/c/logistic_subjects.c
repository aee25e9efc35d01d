// Logistic regression of 100,000 x 64: the gradient, and an epoch of Adam in batches of 256; of spam with a penalty, in double, gradient and epoch.
#include "peer.h"
#include <math.h>
#include <string.h>

#define FEATURES 64
#define BATCH 256

float logistic_gradient(const float *x, const float *label, long n, const float *w, float *g);
float logistic_batch(const float *x, const float *label, const int *order, long n, const float *w, float *g);

static const float *x, *y, *w;
static const int *order;
static long examples;
static float gradient[FEATURES + 1] __attribute__((aligned(64))), point[FEATURES + 1] __attribute__((aligned(64)));

static double full(void) { return logistic_gradient(x, y, examples, w, gradient); }

static double epoch(void)
{
    static float m[FEATURES + 1], v[FEATURES + 1];
    memset(point, 0, sizeof point);
    memset(m, 0, sizeof m);
    memset(v, 0, sizeof v);
    float loss = 0;
    int step = 1;
    for (long from = 0; from < examples; from += BATCH, step++)
    {
        long n = examples - from < BATCH ? examples - from : BATCH;
        loss = logistic_batch(x, y, order + from, n, point, gradient);
        adam(point, gradient, m, v, FEATURES + 1, step);
    }
    return loss;
}

#define WORDS 57
#define SPAM_BATCH 128
#define PENALTY 1e-3
static const double *words, *is_spam;
static const int *spam_order;
static long messages;
static double spam_gradient[WORDS + 1], spam_point[WORDS + 1];

// Without an order all messages; in blocks, so that dots, exponentials and sums of rows are loops of their own while the rows are in the first level cache.
static inline __attribute__((always_inline)) double spam(const int *restrict rows, long n, const double *restrict p, double *restrict g)
{
    enum { BLOCK = 32 };
    double sums[WORDS] = {0}, bias = 0, loss = 0, squares = 0;
    for (long from = 0; from < n; from += BLOCK)
    {
        long count = n - from < BLOCK ? n - from : BLOCK;
        const double *row[BLOCK];
        double z[BLOCK], y[BLOCK], slope[BLOCK];
        for (long r = 0; r < BLOCK; r++)
        {
            long k = r < count ? from + r : from;
            k = rows ? rows[k] : k;
            row[r] = words + k * WORDS;
            y[r] = is_spam[k];
        }
        for (long r = 0; r < BLOCK; r += 2)
        {
            double a = 0, b = 0;
            for (int j = 0; j < WORDS; j++)
            {
                a += p[j] * row[r][j];
                b += p[j] * row[r + 1][j];
            }
            z[r] = a + p[WORDS];
            z[r + 1] = b + p[WORDS];
        }
        for (long r = 0; r < BLOCK; r++)
        {
            double use = r < count, e = exp(-fabs(z[r])), inverse = 1 / (1 + e);
            loss += use * (fmax(z[r], 0) + log(1 + e) - y[r] * z[r]);
            slope[r] = use * ((z[r] >= 0 ? inverse : 1 - inverse) - y[r]);
            bias += slope[r];
        }
        for (long r = 0; r < BLOCK; r += 4)
            for (int j = 0; j < WORDS; j++)
                sums[j] += slope[r] * row[r][j] + slope[r + 1] * row[r + 1][j] + slope[r + 2] * row[r + 2][j] + slope[r + 3] * row[r + 3][j];
    }
    for (int j = 0; j < WORDS; j++)
    {
        g[j] = sums[j] / n + PENALTY * p[j];
        squares += p[j] * p[j];
    }
    g[WORDS] = bias / n;
    return loss / n + 0.5 * PENALTY * squares;
}

static double spam_full(void)
{
    memset(spam_point, 0, sizeof spam_point);
    return spam(0, messages, spam_point, spam_gradient);
}

static double spam_epoch(void)
{
    static double m[WORDS + 1], v[WORDS + 1];
    memset(spam_point, 0, sizeof spam_point);
    memset(m, 0, sizeof m);
    memset(v, 0, sizeof v);
    double loss = 0;
    int step = 1;
    for (long from = 0; from < messages; from += SPAM_BATCH, step++)
    {
        loss = spam(spam_order + from, messages - from < SPAM_BATCH ? messages - from : SPAM_BATCH, spam_point, spam_gradient);
        adam_double(spam_point, spam_gradient, m, v, WORDS + 1, step);
    }
    return loss;
}

void logistic_subjects(void)
{
    x = data("logistic.x", NULL);
    y = data("logistic.y", &examples);
    examples /= sizeof *y;
    w = data("logistic.w", NULL);
    order = data("logistic.order", NULL);
    add((subject){"logistic-gradient", full, gradient, FEATURES + 1, 0});
    add((subject){"logistic-epoch", epoch, point, FEATURES + 1, 0});

    words = data("spam.x", NULL);
    is_spam = data("spam.y", &messages);
    messages /= sizeof *is_spam;
    spam_order = data("spam.order", NULL);
    add((subject){"spam-gradient", spam_full, spam_gradient, WORDS + 1, 1});
    add((subject){"spam-epoch", spam_epoch, spam_point, WORDS + 1, 1});
}
