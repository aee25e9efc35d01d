// ADBench's hand-written derivatives of bundle adjustment (src/cpp/modules/manual/ba_d.cpp of its public source, which is not part of this repository),
// into flat blocks of 2 x 15 and one number per weight.
extern "C" {
#include "peer.h"
}
#include "modules/manual/ba_d.h"

namespace
{
constexpr int cameras = 49, points = 7776, block = 30;
const double *p, *feature;
const int *camera, *point;
long observations;
double *jacobian, *errors;

double run()
{
    const double *at = p + 11 * cameras, *weights = at + 3 * points;
    double sum = 0;
    for (long i = 0; i < observations; i++)
    {
        compute_reproj_error_d(
            p + 11 * camera[i], at + 3 * point[i], weights[i], feature[2 * i], feature[2 * i + 1], errors + 2 * i, jacobian + block * i);
    }
    for (long i = 0; i < observations; i++) compute_zach_weight_error_d(weights[i], errors + 2 * observations + i, jacobian + block * observations + i);
    for (long i = 0; i < 3 * observations; i++) sum += errors[i] * errors[i];
    return 0.5 * sum;
}
}

extern "C" void adbench_subjects()
{
    p = static_cast<const double *>(data("ba.p", nullptr));
    feature = static_cast<const double *>(data("ba.feature", nullptr));
    camera = static_cast<const int *>(data("ba.camera", &observations));
    observations /= sizeof *camera;
    point = static_cast<const int *>(data("ba.point", nullptr));
    jacobian = static_cast<double *>(memory((block + 1) * observations * sizeof(double)));
    errors = static_cast<double *>(memory(3 * observations * sizeof(double)));
    add(subject{"ba-jacobian", run, jacobian, (block + 1) * observations, 1});
}
