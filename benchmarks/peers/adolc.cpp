// Rosenbrock's function by ADOL-C: a tape recorded once; gradient and product of the Hessian with a vector by its drivers.
extern "C" {
#include "peer.h"
}
#include <adolc/adolc.h>
#include <cmath>
#include <vector>

namespace
{
template <int N, short Tag>
struct rosenbrock
{
    static double *x, *v, *result;

    // The driver computes the value on its way and does not say it.
    static double gradient()
    {
        ::gradient(Tag, N, x, result);
        return NAN;
    }

    static double product()
    {
        hess_vec(Tag, N, x, v, result);
        return 0;
    }

    static void subjects(const char *point, const char *direction, const char *first, const char *second)
    {
        x = static_cast<double *>(data(point, nullptr));
        v = static_cast<double *>(data(direction, nullptr));
        result = static_cast<double *>(memory(N * sizeof(double)));
        trace_on(Tag);
        {
            std::vector<adouble> a(N);
            adouble sum = 0;
            double y;
            for (int i = 0; i < N; i++) a[i] <<= x[i];
            for (int i = 0; i + 1 < N; i++)
            {
                adouble s = a[i + 1] - a[i] * a[i], t = 1 - a[i];
                sum += 100 * s * s + t * t;
            }
            sum >>= y;
        }
        trace_off();
        add(subject{first, gradient, result, N, 1});
        add(subject{second, product, result, N, 1});
    }
};

template <int N, short Tag> double *rosenbrock<N, Tag>::x;
template <int N, short Tag> double *rosenbrock<N, Tag>::v;
template <int N, short Tag> double *rosenbrock<N, Tag>::result;
}

extern "C" void adolc_subjects()
{
    rosenbrock<10, 1>::subjects("rosen10.x", "rosen10.v", "rosen10-gradient", "rosen10-hvp");
    rosenbrock<1000, 2>::subjects("rosen1000.x", "rosen1000.v", "rosen1000-gradient", "rosen1000-hvp");
    rosenbrock<1000000, 3>::subjects("rosen1000000.x", "rosen1000000.v", "rosen1000000-gradient", "rosen1000000-hvp");
}
