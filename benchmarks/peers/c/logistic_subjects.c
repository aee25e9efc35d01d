// Logistic regression of 100,000 x 64: the gradient, and an epoch of Adam in batches of 256.
#include "peer.h"
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

void logistic_subjects(void)
{
    x = data("logistic.x", NULL);
    y = data("logistic.y", &examples);
    examples /= sizeof *y;
    w = data("logistic.w", NULL);
    order = data("logistic.order", NULL);
    add((subject){"logistic-gradient", full, gradient, FEATURES + 1, 0});
    add((subject){"logistic-epoch", epoch, point, FEATURES + 1, 0});
}
