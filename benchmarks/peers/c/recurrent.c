// The recurrent network of ADBench's lstm and its gradient: 14 bits padded to two vectors of eight, everything of the forward pass recorded.
#include "peer.h"
#include <math.h>
#include <string.h>

#define BITS 14
#define WIDTH 16
#define LAYERS 2

typedef double lanes[WIDTH];

// What one step of one layer leaves for the way back.
typedef struct { lanes signal, hidden, cell, forget, enter, leave, change, squashed; } record;

static const double *p, *start, *sequence;
static long steps;
static record *records;
static lanes *outputs;
static double gradient[(8 * LAYERS + 3) * BITS];

static void pad(lanes to, const double *from, double rest)
{
    for (int i = 0; i < WIDTH; i++) to[i] = i < BITS ? from[i] : rest;
}

static double run(void)
{
    lanes weight[LAYERS][4], bias[LAYERS][4], in, out, shift, hidden[LAYERS], cell[LAYERS];
    for (int n = 0; n < LAYERS; n++)
    {
        for (int gate = 0; gate < 4; gate++)
        {
            pad(weight[n][gate], p + (8 * n + gate) * BITS, 0);
            pad(bias[n][gate], p + (8 * n + 4 + gate) * BITS, 0);
        }
        pad(hidden[n], start + 2 * n * BITS, 0);
        pad(cell[n], start + (2 * n + 1) * BITS, 0);
    }
    pad(in, p + 8 * LAYERS * BITS, 0);
    pad(out, p + (8 * LAYERS + 1) * BITS, 0);
    pad(shift, p + (8 * LAYERS + 2) * BITS, -1e30);

    double total = 0, weight_of_step = -1.0 / (steps * BITS);
    for (long t = 0; t < steps; t++)
    {
        lanes signal, character, target;
        pad(character, sequence + t * BITS, 0);
        pad(target, sequence + (t + 1) * BITS, 0);
        for (int i = 0; i < WIDTH; i++) signal[i] = character[i] * in[i];
        for (int n = 0; n < LAYERS; n++)
        {
            record *r = records + t * LAYERS + n;
            for (int i = 0; i < WIDTH; i++)
            {
                r->signal[i] = signal[i];
                r->hidden[i] = hidden[n][i];
                r->cell[i] = cell[n][i];
                double forget = 1 / (1 + exp(-(signal[i] * weight[n][0][i] + bias[n][0][i])));
                double enter = 1 / (1 + exp(-(hidden[n][i] * weight[n][1][i] + bias[n][1][i])));
                double leave = 1 / (1 + exp(-(signal[i] * weight[n][2][i] + bias[n][2][i])));
                double change = tanh(hidden[n][i] * weight[n][3][i] + bias[n][3][i]);
                cell[n][i] = cell[n][i] * forget + enter * change;
                double squashed = tanh(cell[n][i]);
                signal[i] = hidden[n][i] = leave * squashed;
                r->forget[i] = forget;
                r->enter[i] = enter;
                r->leave[i] = leave;
                r->change[i] = change;
                r->squashed[i] = squashed;
            }
        }
        lanes logits, power;
        double sum = 2, right = 0, targets = 0;
        for (int i = 0; i < WIDTH; i++)
        {
            logits[i] = signal[i] * out[i] + shift[i];
            power[i] = exp(logits[i]);
            sum += power[i];
            right += target[i] * logits[i];
            targets += target[i];
        }
        total += right - targets * log(sum);
        for (int i = 0; i < WIDTH; i++) outputs[t][i] = weight_of_step * (target[i] - targets * power[i] / sum);
    }

    lanes g_weight[LAYERS][4], g_bias[LAYERS][4], g_in = {0}, g_out = {0}, g_shift = {0}, g_hidden[LAYERS], g_cell[LAYERS];
    memset(g_weight, 0, sizeof g_weight);
    memset(g_bias, 0, sizeof g_bias);
    memset(g_hidden, 0, sizeof g_hidden);
    memset(g_cell, 0, sizeof g_cell);
    for (long t = steps - 1; t >= 0; t--)
    {
        lanes g_signal, character;
        const record *last = records + t * LAYERS + LAYERS - 1;
        for (int i = 0; i < WIDTH; i++)
        {
            g_out[i] += outputs[t][i] * last->leave[i] * last->squashed[i];
            g_shift[i] += outputs[t][i];
            g_signal[i] = outputs[t][i] * out[i];
        }
        for (int n = LAYERS - 1; n >= 0; n--)
        {
            const record *r = records + t * LAYERS + n;
            for (int i = 0; i < WIDTH; i++)
            {
                double h = g_hidden[n][i] + g_signal[i], forget = r->forget[i], enter = r->enter[i], leave = r->leave[i], change = r->change[i], squashed = r->squashed[i];
                double c = g_cell[n][i] + h * leave * (1 - squashed * squashed);
                double a0 = c * r->cell[i] * forget * (1 - forget), a1 = c * change * enter * (1 - enter);
                double a2 = h * squashed * leave * (1 - leave), a3 = c * enter * (1 - change * change);
                g_cell[n][i] = c * forget;
                g_signal[i] = a0 * weight[n][0][i] + a2 * weight[n][2][i];
                g_hidden[n][i] = a1 * weight[n][1][i] + a3 * weight[n][3][i];
                g_weight[n][0][i] += a0 * r->signal[i];
                g_weight[n][1][i] += a1 * r->hidden[i];
                g_weight[n][2][i] += a2 * r->signal[i];
                g_weight[n][3][i] += a3 * r->hidden[i];
                g_bias[n][0][i] += a0;
                g_bias[n][1][i] += a1;
                g_bias[n][2][i] += a2;
                g_bias[n][3][i] += a3;
            }
        }
        pad(character, sequence + t * BITS, 0);
        for (int i = 0; i < WIDTH; i++) g_in[i] += g_signal[i] * character[i];
    }

    for (int n = 0; n < LAYERS; n++)
        for (int gate = 0; gate < 4; gate++)
        {
            memcpy(gradient + (8 * n + gate) * BITS, g_weight[n][gate], BITS * sizeof(double));
            memcpy(gradient + (8 * n + 4 + gate) * BITS, g_bias[n][gate], BITS * sizeof(double));
        }
    memcpy(gradient + 8 * LAYERS * BITS, g_in, BITS * sizeof(double));
    memcpy(gradient + (8 * LAYERS + 1) * BITS, g_out, BITS * sizeof(double));
    memcpy(gradient + (8 * LAYERS + 2) * BITS, g_shift, BITS * sizeof(double));
    return total * weight_of_step;
}

void recurrent_subjects(void)
{
    long bytes;
    p = data("lstm.p", NULL);
    start = data("lstm.state", NULL);
    sequence = data("lstm.sequence", &bytes);
    steps = bytes / sizeof(double) / BITS - 1;
    records = memory(steps * LAYERS * sizeof(record));
    outputs = memory(steps * sizeof(lanes));
    add((subject){"lstm-gradient", run, gradient, (8 * LAYERS + 3) * BITS, 1});
}
