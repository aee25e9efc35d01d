// The references in C behind the protocol of benchmarks/peers/run: one process that stays warm and answers a line for a line.
//   check NAME: loss and norm of the result.  measure NAME: seconds of one computation.  A name that it does not know: a dash.
#define _GNU_SOURCE
#include "peer.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

// The calls that add the subjects: the program for C, for ADOL-C and for ADBench are this file with different ones.
#ifndef SUBJECTS
#define SUBJECTS logistic_subjects(); network_subjects(); mixture_subjects(); recurrent_subjects(); bundle_subjects(); scalar_subjects();
#endif

#define MOST 64
static subject subjects[MOST];
static int count;
static long calls[MOST];
static const char *folder;

void add(subject s)
{
    if (count == MOST) abort();
    subjects[count++] = s;
}

void *memory(size_t bytes)
{
    void *p = NULL;
    size_t alignment = bytes >= 1 << 21 ? 1 << 21 : 64;
    if (posix_memalign(&p, alignment, (bytes + alignment) / alignment * alignment)) exit(3);
    if (alignment > 64) (void)madvise(p, (bytes + alignment) / alignment * alignment, MADV_HUGEPAGE);
    return memset(p, 0, bytes);
}

void *data(const char *name, long *length)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file)
    {
        perror(path);
        exit(3);
    }
    fseek(file, 0, SEEK_END);
    long bytes = ftell(file);
    rewind(file);
    void *values = memory(bytes);
    if (fread(values, 1, bytes, file) != (size_t)bytes) exit(3);
    fclose(file);
    if (length) *length = bytes;
    return values;
}

#define ADAM(name, real, root)                                                                                      \
    void name(real *restrict p, const real *restrict g, real *restrict m, real *restrict v, long n, int step)       \
    {                                                                                                                \
        real rate = 1e-3 / (1 - pow(0.9, step)), scale = 1 / sqrt(1 - pow(0.999, step));                             \
        real b1 = 0.9, b2 = 0.999, epsilon = 1e-8;                                                                   \
        for (long k = 0; k < n; k++)                                                                                 \
        {                                                                                                            \
            m[k] = b1 * m[k] + (1 - b1) * g[k];                                                                      \
            v[k] = b2 * v[k] + (1 - b2) * g[k] * g[k];                                                               \
            p[k] -= rate * m[k] / (root(v[k]) * scale + epsilon);                                                    \
        }                                                                                                            \
    }

ADAM(adam, float, sqrtf)
ADAM(adam_double, double, sqrt)

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

static double norm(const subject *s)
{
    double sum = 0;
    for (long k = 0; k < s->length; k++)
    {
        double value = s->is_double ? ((const double *)s->result)[k] : ((const float *)s->result)[k];
        sum += value * value;
    }
    return sqrt(sum);
}

// The best of three samples of some milliseconds, by the thread's own clock, after a moment without the clock.
static double measure(int k)
{
    const subject *s = subjects + k;
    double begun = now(CLOCK_MONOTONIC), best = 1e30;
    if (!calls[k])
    {
        do s->run(); while (now(CLOCK_MONOTONIC) - begun < 0.05);
        double start = now(CLOCK_THREAD_CPUTIME_ID);
        s->run();
        double seconds = now(CLOCK_THREAD_CPUTIME_ID) - start;
        calls[k] = seconds > 2e-3 ? 1 : seconds < 2e-8 ? 100000 : (long)(2e-3 / seconds);
        begun = now(CLOCK_MONOTONIC);
    }
    do s->run(); while (now(CLOCK_MONOTONIC) - begun < 0.01);
    for (int i = 0; i < 3; i++)
    {
        double start = now(CLOCK_THREAD_CPUTIME_ID);
        for (long call = 0; call < calls[k]; call++) s->run();
        double sample = (now(CLOCK_THREAD_CPUTIME_ID) - start) / calls[k];
        if (sample < best) best = sample;
    }
    return best;
}

int main(int arguments, char **values)
{
    if (arguments != 2) return 2;
    folder = values[1];
    SUBJECTS
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("ready");
    char line[256], command[64], name[128];
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%63s %127s", command, name) == 2)
    {
        int k = 0;
        while (k < count && strcmp(subjects[k].name, name)) k++;
        if (k == count) puts("-");
        else if (!strcmp(command, "check"))
        {
            double loss = subjects[k].run();
            printf("%.17g %.17g\n", loss, norm(subjects + k));
        }
        else if (!strcmp(command, "measure")) printf("%.17g\n", measure(k));
        else puts("-");
    }
    return 0;
}
