// Classifiers of digits on OpenBLAS: a network 784-128-10 with tanh, trained by Adam in batches, and softmax regression.
#include "peer.h"
#include <cblas.h>
#include <math.h>
#include <string.h>

#define PIXELS 784
#define HIDDEN 128
#define CLASSES 10
#define W2 (HIDDEN * PIXELS + HIDDEN)
#define LENGTH (W2 + CLASSES * HIDDEN + CLASSES)
#define LINEAR (CLASSES * PIXELS + CLASSES)
#define MOST 256

static const float *images, *start, *linear_start;
static const int *labels, *order;
static long examples;
static float *point, *gradient, *m, *v, *rows, *hidden, *signal, *linear_gradient;

// Turns logits (with their bias added here) into the derivative of the summed loss, times weight; returns that sum.
static float softmax(float *restrict logits, const float *restrict bias, const int *restrict label, long n, float weight)
{
    float loss = 0;
    for (long r = 0; r < n; r++)
    {
        float *l = logits + r * CLASSES, largest = -INFINITY, sum = 0;
        for (int k = 0; k < CLASSES; k++) l[k] += bias[k];
        for (int k = 0; k < CLASSES; k++) largest = fmaxf(largest, l[k]);
        float right = l[label[r]];
        for (int k = 0; k < CLASSES; k++) sum += l[k] = expf(l[k] - largest);
        loss += logf(sum) + largest - right;
        for (int k = 0; k < CLASSES; k++) l[k] *= weight / sum;
        l[label[r]] -= weight;
    }
    return loss;
}

static void column_sums(const float *restrict a, long n, int columns, float *restrict sums)
{
    for (int k = 0; k < columns; k++) sums[k] = 0;
    for (long r = 0; r < n; r++)
        for (int k = 0; k < columns; k++) sums[k] += a[r * columns + k];
}

// Loss and gradient over the examples that the batch lists.
static float network(const float *restrict p, const int *restrict batch, long n, float *restrict g)
{
    static float logits[MOST * CLASSES];
    static int label[MOST];
    const float *b1 = p + HIDDEN * PIXELS, *w2 = p + W2, *b2 = w2 + CLASSES * HIDDEN;
    for (long r = 0; r < n; r++)
    {
        memcpy(rows + r * PIXELS, images + (long)batch[r] * PIXELS, PIXELS * sizeof(float));
        label[r] = labels[batch[r]];
    }
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, HIDDEN, PIXELS, 1, rows, PIXELS, p, PIXELS, 0, hidden, HIDDEN);
    for (long r = 0; r < n; r++)
        for (int k = 0; k < HIDDEN; k++) hidden[r * HIDDEN + k] = tanhf(hidden[r * HIDDEN + k] + b1[k]);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, CLASSES, HIDDEN, 1, hidden, HIDDEN, w2, HIDDEN, 0, logits, CLASSES);
    float loss = softmax(logits, b2, label, n, 1.0f / n);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, CLASSES, HIDDEN, n, 1, logits, CLASSES, hidden, HIDDEN, 0, g + W2, HIDDEN);
    column_sums(logits, n, CLASSES, g + W2 + CLASSES * HIDDEN);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, HIDDEN, CLASSES, 1, logits, CLASSES, w2, HIDDEN, 0, signal, HIDDEN);
    for (long k = 0; k < n * HIDDEN; k++) signal[k] *= 1 - hidden[k] * hidden[k];
    column_sums(signal, n, HIDDEN, g + HIDDEN * PIXELS);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, HIDDEN, PIXELS, n, 1, signal, HIDDEN, rows, PIXELS, 0, g, PIXELS);
    return loss / n;
}

static double epoch(long batch)
{
    memcpy(point, start, LENGTH * sizeof(float));
    memset(m, 0, LENGTH * sizeof(float));
    memset(v, 0, LENGTH * sizeof(float));
    float loss = 0;
    int step = 1;
    for (long from = 0; from < examples; from += batch, step++)
    {
        loss = network(point, order + from, examples - from < batch ? examples - from : batch, gradient);
        adam(point, gradient, m, v, LENGTH, step);
    }
    return loss;
}

static double epoch64(void) { return epoch(64); }
static double epoch256(void) { return epoch(256); }
static double gradient256(void) { return network(start, order, 256, gradient); }

// Blocks of rows that stay in the second level cache from the first product to the second.
static double linear(void)
{
    static float logits[MOST * CLASSES], bias[CLASSES];
    const float *b = linear_start + CLASSES * PIXELS;
    float loss = 0;
    memset(linear_gradient, 0, LINEAR * sizeof(float));
    for (long from = 0; from < examples; from += MOST)
    {
        long n = examples - from < MOST ? examples - from : MOST;
        const float *x = images + from * PIXELS;
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, CLASSES, PIXELS, 1, x, PIXELS, linear_start, PIXELS, 0, logits, CLASSES);
        loss += softmax(logits, b, labels + from, n, 1.0f / examples);
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, CLASSES, PIXELS, n, 1, logits, CLASSES, x, PIXELS, 1, linear_gradient, PIXELS);
        column_sums(logits, n, CLASSES, bias);
        for (int k = 0; k < CLASSES; k++) linear_gradient[CLASSES * PIXELS + k] += bias[k];
    }
    return loss / examples;
}

void network_subjects(void)
{
    images = data("digits.x", NULL);
    labels = data("digits.y", &examples);
    examples /= sizeof *labels;
    order = data("digits.order", NULL);
    start = data("mlp.start", NULL);
    linear_start = data("softmax.start", NULL);
    point = memory(LENGTH * sizeof(float));
    gradient = memory(LENGTH * sizeof(float));
    m = memory(LENGTH * sizeof(float));
    v = memory(LENGTH * sizeof(float));
    rows = memory(MOST * PIXELS * sizeof(float));
    hidden = memory(MOST * HIDDEN * sizeof(float));
    signal = memory(MOST * HIDDEN * sizeof(float));
    linear_gradient = memory(LINEAR * sizeof(float));
    add((subject){"mlp64-epoch", epoch64, point, LENGTH, 0});
    add((subject){"mlp256-epoch", epoch256, point, LENGTH, 0});
    add((subject){"mlp256-gradient", gradient256, gradient, LENGTH, 0});
    add((subject){"softmax-gradient", linear, linear_gradient, LINEAR, 0});
}
