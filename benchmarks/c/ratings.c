// One epoch of mini-batch gradient descent on a matrix factorization of rank 16, fused by hand. Parameters and gradient lie as
// user[users][16], item[items][16], userBias[users], itemBias[items]; the gradient is zero before and after: only the rows that a
// batch has touched are updated and cleared, each once. A batch has fewer examples than there are users or items.
#define RANK 16

typedef float v16 __attribute__((vector_size(64), aligned(4)));

// Halves onto halves; gcc adds a loop over the elements one after another.
static inline float sum(v16 v)
{
    typedef float v8 __attribute__((vector_size(32)));
    typedef float v4 __attribute__((vector_size(16)));
    v8 h = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) + __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
    v4 q = __builtin_shufflevector(h, h, 0, 1, 2, 3) + __builtin_shufflevector(h, h, 4, 5, 6, 7);
    q += __builtin_shufflevector(q, q, 2, 3, 0, 1);
    return q[0] + q[1];
}

float ratings_epoch(const int *restrict u, const int *restrict i, const float *restrict rating, const int *restrict order, long n, long batch,
                    long users, long items, float rate, float l2, float *restrict p, float *restrict g, int *restrict named, int *restrict last)
{
    v16 *user = (v16 *)p, *item = user + users, *user_g = (v16 *)g, *item_g = user_g + users;
    float *user_bias = p + RANK * (users + items), *item_bias = user_bias + users;
    float *user_bias_g = g + RANK * (users + items), *item_bias_g = user_bias_g + users;
    float loss = 0;
    for (long from = 0, round = 1; from < n; from += batch, round++)
    {
        long count = n - from < batch ? n - from : batch, touched_users = 0, touched_items = 0;
        float weight = 1.0f / count;
        int *named_items = named + users, *last_items = last + users;
        v16 squares = {0};
        loss = 0;
        for (long k = from; k < from + count; k++)
        {
            int a = u[order[k]], b = i[order[k]];
            v16 x = user[a], y = item[b];
            float e = user_bias[a] + item_bias[b] + sum(x * y) - rating[order[k]];
            loss += e * e;
            squares += x * x + y * y;
            float t = 2 * e * weight, d = 2 * l2 * weight;
            user_g[a] += t * y + d * x;
            item_g[b] += t * x + d * y;
            user_bias_g[a] += t;
            item_bias_g[b] += t;

            // Without branches: nobody can predict whether a row is new to the batch.
            named[touched_users] = a;
            touched_users += last[a] != round;
            last[a] = round;
            named_items[touched_items] = b;
            touched_items += last_items[b] != round;
            last_items[b] = round;
        }
        loss = weight * (loss + l2 * sum(squares));
        for (long k = 0; k < touched_users; k++)
        {
            int a = named[k];
            user[a] -= rate * user_g[a];
            user_bias[a] -= rate * user_bias_g[a];
            user_g[a] = (v16){0};
            user_bias_g[a] = 0;
        }
        for (long k = 0; k < touched_items; k++)
        {
            int b = named_items[k];
            item[b] -= rate * item_g[b];
            item_bias[b] -= rate * item_bias_g[b];
            item_g[b] = (v16){0};
            item_bias_g[b] = 0;
        }
    }
    for (long k = 0; k < users + items; k++) last[k] = 0;
    return loss;
}
