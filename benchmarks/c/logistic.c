// Logistic regression, 64 features, float: mean of softplus(z) - label*z with z = bias + w.x, and its gradient, fused by hand.
//
// Each row is read once from memory: 16 rows at a time, four dot products reduced together, one vector exp and log for the 16, then
// the rank-1 updates while the rows are in the first level cache. Width and features are fixed at compile time, so that weights and
// gradient stay in registers; the generated code has no such luck. Software prefetch was tried and changes nothing here.
#include <math.h>
#include <string.h>

#define FEATURES 64
#define BLOCK 16

// Without an order, which the compiler sees, the rows lie one after another.
#define INDEX(k) (order ? order[k] : (k))
#define ROW(k) (x + (long)INDEX(k) * FEATURES)

#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__GLIBC__)
#include <immintrin.h>

typedef float v16 __attribute__((vector_size(64)));
typedef float v16u __attribute__((vector_size(64), aligned(4)));

// glibc's libmvec: what gcc calls by itself for expf and logf in a vectorized loop
__m512 _ZGVeN16v_expf(__m512);
__m512 _ZGVeN16v_logf(__m512);

static inline v16 load(const float *p) { return (v16)*(const v16u *)p; }
static inline v16 splat(float x) { return x - (v16){0}; }

static inline __m128 sums(v16 a, v16 b, v16 c, v16 d)
{
    __m512 ab = _mm512_unpacklo_ps((__m512)a, (__m512)b) + _mm512_unpackhi_ps((__m512)a, (__m512)b);
    __m512 cd = _mm512_unpacklo_ps((__m512)c, (__m512)d) + _mm512_unpackhi_ps((__m512)c, (__m512)d);
    __m512 s = _mm512_shuffle_ps(ab, cd, 0x44) + _mm512_shuffle_ps(ab, cd, 0xee);
    __m256 half = _mm512_castps512_ps256(s) + _mm512_extractf32x8_ps(s, 1);
    return _mm256_castps256_ps128(half) + _mm256_extractf128_ps(half, 1);
}

static inline __attribute__((always_inline)) long blocks(
    const float *restrict x, const float *restrict label, const int *restrict order, long n, const float *restrict w,
    float *restrict g, float *restrict slopes, float *restrict loss)
{
    v16 w0 = load(w), w1 = load(w + 16), w2 = load(w + 32), w3 = load(w + 48), bias = splat(w[FEATURES]);
    v16 g0 = {0}, g1 = {0}, g2 = {0}, g3 = {0}, slope_sum = {0}, loss_sum = {0};
    long i = 0;
    for (; i + BLOCK <= n; i += BLOCK)
    {
        __m128 part[4];
#pragma GCC unroll 4
        for (int r = 0; r < 4; r++)
        {
            v16 t[4];
#pragma GCC unroll 4
            for (int q = 0; q < 4; q++)
            {
                const float *row = ROW(i + 4 * r + q);
                t[q] = w0 * load(row) + w1 * load(row + 16) + w2 * load(row + 32) + w3 * load(row + 48);
            }
            part[r] = sums(t[0], t[1], t[2], t[3]);
        }
        v16 z = (v16)_mm512_insertf32x8(_mm512_castps256_ps512(_mm256_set_m128(part[1], part[0])), _mm256_set_m128(part[3], part[2]), 1) + bias;

        v16 e = (v16)_ZGVeN16v_expf(-_mm512_abs_ps((__m512)z));
        v16 inverse = 1 / (1 + e);
        v16 sigmoid = (v16)_mm512_mask_sub_ps((__m512)inverse, _mm512_movepi32_mask((__m512i)z), _mm512_set1_ps(1), (__m512)inverse);
        v16 y = order ? (v16)_mm512_i32gather_ps(_mm512_loadu_si512(order + i), label, 4) : load(label + i), slope = sigmoid - y;
        loss_sum += (v16)_mm512_max_ps((__m512)z, _mm512_setzero_ps()) + (v16)_ZGVeN16v_logf((__m512)(1 + e)) - y * z;
        slope_sum += slope;

        float s[BLOCK] __attribute__((aligned(64)));
        *(v16 *)s = slope;
#pragma GCC unroll 16
        for (int r = 0; r < BLOCK; r++)
        {
            const float *row = ROW(i + r);
            v16 t = splat(s[r]);
            g0 += t * load(row);
            g1 += t * load(row + 16);
            g2 += t * load(row + 32);
            g3 += t * load(row + 48);
        }
    }
    *(v16u *)g = g0;
    *(v16u *)(g + 16) = g1;
    *(v16u *)(g + 32) = g2;
    *(v16u *)(g + 48) = g3;
    *slopes = _mm512_reduce_add_ps((__m512)slope_sum);
    *loss = _mm512_reduce_add_ps((__m512)loss_sum);
    return i;
}
#else
// The same blocks in plain C, which gcc vectorizes for whatever machine this is.
static inline __attribute__((always_inline)) long blocks(
    const float *restrict x, const float *restrict label, const int *restrict order, long n, const float *restrict w,
    float *restrict g, float *restrict slopes, float *restrict loss)
{
    float acc[FEATURES] = {0}, slope_sum = 0, loss_sum = 0;
    long i = 0;
    for (; i + BLOCK <= n; i += BLOCK)
    {
        float z[BLOCK], s[BLOCK];
        for (int r = 0; r < BLOCK; r++)
        {
            float t = 0;
            for (int j = 0; j < FEATURES; j++) t += w[j] * ROW(i + r)[j];
            z[r] = t + w[FEATURES];
        }
        for (int r = 0; r < BLOCK; r++)
        {
            float e = expf(-fabsf(z[r])), inverse = 1 / (1 + e);
            loss_sum += fmaxf(z[r], 0) + logf(1 + e) - label[INDEX(i + r)] * z[r];
            s[r] = (z[r] >= 0 ? inverse : 1 - inverse) - label[INDEX(i + r)];
            slope_sum += s[r];
        }
        for (int r = 0; r < BLOCK; r += 4)
            for (int j = 0; j < FEATURES; j++)
                acc[j] += s[r] * ROW(i + r)[j] + s[r + 1] * ROW(i + r + 1)[j] + s[r + 2] * ROW(i + r + 2)[j] + s[r + 3] * ROW(i + r + 3)[j];
    }
    memcpy(g, acc, sizeof acc);
    *slopes = slope_sum;
    *loss = loss_sum;
    return i;
}
#endif

static inline __attribute__((always_inline)) float gradient(
    const float *restrict x, const float *restrict label, const int *restrict order, long n, const float *restrict w, float *restrict g)
{
    float slopes, loss;
    for (long i = blocks(x, label, order, n, w, g, &slopes, &loss); i < n; i++)
    {
        const float *row = ROW(i);
        float z = w[FEATURES], y = label[INDEX(i)];
        for (int j = 0; j < FEATURES; j++) z += w[j] * row[j];
        float e = expf(-fabsf(z)), inverse = 1 / (1 + e), s = (z >= 0 ? inverse : 1 - inverse) - y;
        loss += fmaxf(z, 0) + logf(1 + e) - y * z;
        slopes += s;
        for (int j = 0; j < FEATURES; j++) g[j] += s * row[j];
    }
    for (int j = 0; j < FEATURES; j++) g[j] /= n;
    g[FEATURES] = slopes / n;
    return loss / n;
}

float logistic_gradient(const float *restrict x, const float *restrict label, long n, const float *restrict w, float *restrict g)
{
    return gradient(x, label, 0, n, w, g);
}

// Over the rows that a batch lists.
float logistic_batch(const float *restrict x, const float *restrict label, const int *restrict order, long n, const float *restrict w, float *restrict g)
{
    return gradient(x, label, order, n, w, g);
}
