// Residuals and Jacobian of bundle adjustment in flat blocks, 2 x 15 per observation and one number per weight: eight observations at a time.
#include "peer.h"
#include <math.h>

#define CAMERAS 49
#define POINTS 7776
#define BLOCK 30
#define LANES 8

static const double *p, *feature;
static const int *camera, *point;
static long observations;
static double *jacobian, *errors;

typedef double v8 __attribute__((vector_size(8 * LANES)));

#if defined(__AVX512F__) && defined(__GLIBC__)
#include <immintrin.h>
__m512d _ZGVeN8v_cos(__m512d);
__m512d _ZGVeN8v_sin(__m512d);
static inline v8 cosines(v8 x) { return (v8)_ZGVeN8v_cos((__m512d)x); }
static inline v8 sines(v8 x) { return (v8)_ZGVeN8v_sin((__m512d)x); }
static inline v8 roots(v8 x) { return (v8)_mm512_sqrt_pd((__m512d)x); }
#else
#define EACH(name, function) static inline v8 name(v8 x) { for (int l = 0; l < LANES; l++) x[l] = function(x[l]); return x; }
EACH(cosines, cos)
EACH(sines, sin)
EACH(roots, sqrt)
#endif

// One observation per lane. c: the cameras' 11 numbers, at: the points' 3; e: two residuals, j: two rows of 15.
static inline __attribute__((always_inline)) void observe(const v8 *restrict c, const v8 *restrict at, v8 w, const v8 *restrict seen, v8 *restrict e, v8 *restrict j)
{
#define OUT(row, column) j[15 * (row) + (column)]
    v8 x0 = at[0] - c[3], x1 = at[1] - c[4], x2 = at[2] - c[5];
    // The tiny number makes the formulas right for no rotation too: w = 0 and sines(angle)/angle = 1.
    v8 angle = roots(c[0] * c[0] + c[1] * c[1] + c[2] * c[2] + 1e-200), inverse = 1 / angle, cosine = cosines(angle), sine = sines(angle), versine = 1 - cosine;
    v8 w0 = c[0] * inverse, w1 = c[1] * inverse, w2 = c[2] * inverse, dot = w0 * x0 + w1 * x1 + w2 * x2;
    v8 k0 = w1 * x2 - w2 * x1, k1 = w2 * x0 - w0 * x2, k2 = w0 * x1 - w1 * x0;
    v8 y0 = cosine * x0 + sine * k0 + dot * versine * w0, y1 = cosine * x1 + sine * k1 + dot * versine * w1, y2 = cosine * x2 + sine * k2 + dot * versine * w2;
    v8 depth = 1 / y2, x = y0 * depth, y = y1 * depth, square = x * x + y * y, focal = c[6];
    v8 distortion = 1 + square * (c[9] + c[10] * square), slope = 2 * (c[9] + 2 * c[10] * square);
    v8 u = x * distortion, v = y * distortion, r0 = focal * u + c[7] - seen[0], r1 = focal * v + c[8] - seen[1];
    e[0] = w * r0;
    e[1] = w * r1;

    // By the rotated point: the weight and the focal length are in.
    v8 f = w * focal * depth, xx = f * (distortion + slope * x * x), xy = f * slope * x * y, yy = f * (distortion + slope * y * y);
    v8 p00 = xx, p01 = xy, p02 = -(xx * x + xy * y), p10 = xy, p11 = yy, p12 = -(xy * x + yy * y);

    // By the point before the rotation: p R.
    v8 a = p00 * w0 + p01 * w1 + p02 * w2, b = p10 * w0 + p11 * w1 + p12 * w2;
    v8 q00 = cosine * p00 + sine * (p01 * w2 - p02 * w1) + versine * a * w0, q01 = cosine * p01 + sine * (p02 * w0 - p00 * w2) + versine * a * w1;
    v8 q02 = cosine * p02 + sine * (p00 * w1 - p01 * w0) + versine * a * w2, q10 = cosine * p10 + sine * (p11 * w2 - p12 * w1) + versine * b * w0;
    v8 q11 = cosine * p11 + sine * (p12 * w0 - p10 * w2) + versine * b * w1, q12 = cosine * p12 + sine * (p10 * w1 - p11 * w0) + versine * b * w2;

    // By the rotation: along the axis, and across it.
    v8 d0 = cosine * k0 - sine * x0 + sine * dot * w0, d1 = cosine * k1 - sine * x1 + sine * dot * w1, d2 = cosine * k2 - sine * x2 + sine * dot * w2;
    v8 along0 = p00 * d0 + p01 * d1 + p02 * d2, along1 = p10 * d0 + p11 * d1 + p12 * d2;
    v8 m00 = sine * (p02 * x1 - p01 * x2) + versine * (a * x0 + dot * p00), m01 = sine * (p00 * x2 - p02 * x0) + versine * (a * x1 + dot * p01);
    v8 m02 = sine * (p01 * x0 - p00 * x1) + versine * (a * x2 + dot * p02), m10 = sine * (p12 * x1 - p11 * x2) + versine * (b * x0 + dot * p10);
    v8 m11 = sine * (p10 * x2 - p12 * x0) + versine * (b * x1 + dot * p11), m12 = sine * (p11 * x0 - p10 * x1) + versine * (b * x2 + dot * p12);
    along0 -= inverse * (m00 * w0 + m01 * w1 + m02 * w2);
    along1 -= inverse * (m10 * w0 + m11 * w1 + m12 * w2);

    OUT(0, 0) = inverse * m00 + along0 * w0; OUT(0, 1) = inverse * m01 + along0 * w1; OUT(0, 2) = inverse * m02 + along0 * w2;
    OUT(1, 0) = inverse * m10 + along1 * w0; OUT(1, 1) = inverse * m11 + along1 * w1; OUT(1, 2) = inverse * m12 + along1 * w2;
    OUT(0, 3) = -q00; OUT(0, 4) = -q01; OUT(0, 5) = -q02;
    OUT(1, 3) = -q10; OUT(1, 4) = -q11; OUT(1, 5) = -q12;
    OUT(0, 6) = w * u; OUT(1, 6) = w * v;
    OUT(0, 7) = w; OUT(1, 7) = (v8){0};
    OUT(0, 8) = (v8){0}; OUT(1, 8) = w;
    v8 radial0 = w * focal * x * square, radial1 = w * focal * y * square;
    OUT(0, 9) = radial0; OUT(0, 10) = radial0 * square;
    OUT(1, 9) = radial1; OUT(1, 10) = radial1 * square;
    OUT(0, 11) = q00; OUT(0, 12) = q01; OUT(0, 13) = q02;
    OUT(1, 11) = q10; OUT(1, 12) = q11; OUT(1, 13) = q12;
    OUT(0, 14) = r0; OUT(1, 14) = r1;
}

static double run(void)
{
    const double *points = p + 11 * CAMERAS, *weights = points + 3 * POINTS;
    double *restrict weight_jacobian = jacobian + BLOCK * observations, *restrict weight_errors = errors + 2 * observations;
    double sum = 0;
    long i = 0;
    for (; i < observations; i += LANES)
    {
        v8 c[11], at[3], seen[2], w, e[2], tile[BLOCK];
        long n = observations - i < LANES ? observations - i : LANES;
        for (int l = 0; l < LANES; l++)
        {
            long k = i + (l < n ? l : n - 1);
            const double *from = p + 11 * camera[k], *position = points + 3 * point[k];
            for (int q = 0; q < 11; q++) ((double *)c)[q * LANES + l] = from[q];
            for (int q = 0; q < 3; q++) ((double *)at)[q * LANES + l] = position[q];
            for (int q = 0; q < 2; q++) ((double *)seen)[q * LANES + l] = feature[2 * k + q];
            w[l] = weights[k];
        }
        observe(c, at, w, seen, e, tile);
        for (long l = 0; l < n; l++)
            for (int q = 0; q < BLOCK; q++) jacobian[(i + l) * BLOCK + q] = ((const double *)tile)[q * LANES + l];
        for (long l = 0; l < n; l++)
            for (int q = 0; q < 2; q++) errors[2 * (i + l) + q] = e[q][l];
    }
    for (i = 0; i < observations; i++)
    {
        weight_errors[i] = 1 - weights[i] * weights[i];
        weight_jacobian[i] = -2 * weights[i];
    }
    for (i = 0; i < 3 * observations; i++) sum += errors[i] * errors[i];
    return 0.5 * sum;
}

void bundle_subjects(void)
{
    p = data("ba.p", NULL);
    feature = data("ba.feature", NULL);
    camera = data("ba.camera", &observations);
    observations /= sizeof *camera;
    point = data("ba.point", NULL);
    jacobian = memory((BLOCK + 1) * observations * sizeof(double));
    errors = memory(3 * observations * sizeof(double));
    add((subject){"ba-jacobian", run, jacobian, (BLOCK + 1) * observations, 1});
}
