// What the references have in common: data, memory, Adam.
#pragma once
#include <stddef.h>

#ifdef __cplusplus
#define RESTRICT __restrict__
#else
#define RESTRICT restrict
#endif

// One thing that is timed: run computes it once and returns the loss; result and length say what was computed last.
typedef struct
{
    const char *name;
    double (*run)(void);
    const void *result;
    long length;
    int is_double;
} subject;

void add(subject s);

// The numbers of a file, on a cache line boundary and in huge pages where they are granted; the length may be null.
void *data(const char *name, long *length);
void *memory(size_t bytes);

// Adam (Kingma and Ba 2015), learning rate 1e-3, beta 0.9 and 0.999, epsilon 1e-8.
void adam(float *RESTRICT p, const float *RESTRICT g, float *RESTRICT m, float *RESTRICT v, long n, int step);
void adam_double(double *RESTRICT p, const double *RESTRICT g, double *RESTRICT m, double *RESTRICT v, long n, int step);

void logistic_subjects(void);
void network_subjects(void);
void mixture_subjects(void);
void recurrent_subjects(void);
void bundle_subjects(void);
void scalar_subjects(void);
void adolc_subjects(void);
void adbench_subjects(void);
