// Rosenbrock's function, a matrix factorization (both in benchmarks/c) and the Jacobian of a curve fit.
#include "peer.h"
#include <math.h>
#include <string.h>

double rosenbrock_gradient(const double *x, double *g, long n);
void rosenbrock_product(const double *x, const double *v, double *p, long n);
float ratings_epoch(const int *u, const int *i, const float *rating, const int *order, long n, long batch, long users, long items,
                    float rate, float l2, float *p, float *g, int *named, int *last);

#define ROSENBROCK(n)                                                              \
    static const double *x##n, *v##n;                                              \
    static double *result##n;                                                      \
    static double gradient##n(void) { return rosenbrock_gradient(x##n, result##n, n); } \
    static double product##n(void)                                                 \
    {                                                                              \
        rosenbrock_product(x##n, v##n, result##n, n);                              \
        return 0;                                                                  \
    }                                                                              \
    static void add##n(void)                                                       \
    {                                                                              \
        x##n = data("rosen" #n ".x", NULL);                                        \
        v##n = data("rosen" #n ".v", NULL);                                        \
        result##n = memory(n * sizeof(double));                                    \
        add((subject){"rosen" #n "-gradient", gradient##n, result##n, n, 1});      \
        add((subject){"rosen" #n "-hvp", product##n, result##n, n, 1});            \
    }

ROSENBROCK(10)
ROSENBROCK(1000)
ROSENBROCK(1000000)

#define USERS 943
#define ITEMS 1682
#define LENGTH ((USERS + ITEMS) * 17)
static const int *users, *items, *order;
static const float *stars, *start;
static long count;
static float *point, *gradient;
static int *rows;

static double epoch(void)
{
    memcpy(point, start, LENGTH * sizeof(float));
    return ratings_epoch(users, items, stars, order, count, 256, USERS, ITEMS, 0.05f, 0.01f, point, gradient, rows, rows + USERS + ITEMS);
}

// Gauss1 of NIST: 8 parameters, the rows of the Jacobian one after another.
#define TILE 8
static const double *b, *curve_x, *curve_y;
static double *curve;
static long curve_length;

static double curve_jacobian(void)
{
    double sum = 0, narrow = 1 / b[4], wide = 1 / b[7];
    for (long i = 0; i < curve_length; i += TILE)
    {
        long n = curve_length - i < TILE ? curve_length - i : TILE;
        double tile[8][TILE];
        for (int l = 0; l < TILE; l++)
        {
            long k = l < n ? i + l : curve_length - 1;
            double x = curve_x[k], decay = exp(-b[1] * x), s = (x - b[3]) * narrow, t = (x - b[6]) * wide, first = exp(-s * s), second = exp(-t * t);
            double r = curve_y[k] - b[0] * decay - b[2] * first - b[5] * second;
            sum += l < n ? r * r : 0;
            tile[0][l] = -decay;
            tile[1][l] = b[0] * x * decay;
            tile[2][l] = -first;
            tile[3][l] = -2 * b[2] * first * s * narrow;
            tile[4][l] = -2 * b[2] * first * s * s * narrow;
            tile[5][l] = -second;
            tile[6][l] = -2 * b[5] * second * t * wide;
            tile[7][l] = -2 * b[5] * second * t * t * wide;
        }
        for (long l = 0; l < n; l++)
            for (int k = 0; k < 8; k++) curve[(i + l) * 8 + k] = tile[k][l];
    }
    return 0.5 * sum;
}

void scalar_subjects(void)
{
    add10();
    add1000();
    add1000000();

    users = data("ratings.u", NULL);
    items = data("ratings.i", NULL);
    order = data("ratings.order", NULL);
    stars = data("ratings.r", &count);
    count /= sizeof *stars;
    start = data("ratings.start", NULL);
    point = memory(LENGTH * sizeof(float));
    gradient = memory(LENGTH * sizeof(float));
    rows = memory(2 * (USERS + ITEMS) * sizeof(int));
    add((subject){"ratings-epoch", epoch, point, LENGTH, 0});

    b = data("nist.p", NULL);
    curve_x = data("nist.x", &curve_length);
    curve_length /= sizeof *curve_x;
    curve_y = data("nist.y", NULL);
    curve = memory(curve_length * 8 * sizeof(double));
    add((subject){"nist-jacobian", curve_jacobian, curve, curve_length * 8, 1});
}
