using Benchmarks.Losses;
using Benchmarks.Workloads;
using CurveFitting;
using GradBench.Losses;
using SymbolicGD;

namespace Benchmarks.Peers;

/// <summary>Losses whose work is in scalars, in short rows, or in no examples at all.</summary>
internal static class ScalarSubjects
{
    private const int Bits = 14;
    private const int Cameras = 49;
    private const int Points = 7776;
    private const int CameraParameters = 11;
    private const int Coordinates = 3;
    private const int Users = 943;
    private const int Items = 1682;
    private const int Rank = 16;
    private const int Batch = 256;

    internal static IEnumerable<Subject> Recurrent(PeerData data)
    {
        Memory<double> point = data.Read<double>("lstm.p"), gradient = LargeMemory.Allocate<double>(point.Length);
        Memory<double> state = data.Read<double>("lstm.state"), sequence = data.Read<double>("lstm.sequence");
        var objective = new LongShortTermMemory.NextCharacterObjective(
            start: new MatrixMemory<double>(state, state.Length / Bits, Bits), sequence: new MatrixMemory<double>(sequence, sequence.Length / Bits, Bits), gates: 4 * Bits, extraParts: 3);
        yield return Subject.Of("lstm-value", () => objective.Value(point.Span), () => point);
        yield return Subject.Of("lstm-gradient", () => objective.Gradient(point.Span, gradient.Span), () => gradient);
    }

    /// <summary>The Jacobian of the reprojection errors and that of the weights' residuals, and half the sum of all squares.</summary>
    internal static IEnumerable<Subject> Bundle(PeerData data)
    {
        Memory<double> point = data.Read<double>("ba.p");
        Memory<int> camera = data.Read<int>("ba.camera");
        int observations = camera.Length;
        ReadOnlyMemory<double> weights = point[^observations..];
        var reprojection = new BundleAdjustment.ReprojectionObjective(
            camera: camera, point: data.Read<int>("ba.point"), feature: data.Read<double>("ba.feature"), cameras: Cameras,
            cameraParameters: CameraParameters, points: Points, coordinates: Coordinates, observations: observations);
        var weight = new BundleAdjustment.WeightObjective(observations: observations, examples: observations);
        SparseMatrix<double> jacobian = reprojection.SparseJacobian(point.Span), weightJacobian = weight.SparseJacobian(weights.Span);
        double[] errors = new double[2 * observations], weightErrors = new double[observations];
        yield return Subject.Of(
            "ba-jacobian",
            () =>
            {
                reprojection.SparseJacobian(point.Span, jacobian, errors);
                weight.SparseJacobian(weights.Span, weightJacobian, weightErrors);
                return 0.5 * (System.Numerics.Tensors.TensorPrimitives.SumOfSquares<double>(errors) + System.Numerics.Tensors.TensorPrimitives.SumOfSquares<double>(weightErrors));
            },
            () => (double[])[.. jacobian.Values, .. weightJacobian.Values]);
    }

    /// <summary>Gauss1 of NIST: two peaks on a decaying background, 250 points, 8 parameters.</summary>
    internal static IEnumerable<Subject> Curve(PeerData data)
    {
        Memory<double> point = data.Read<double>("nist.p");
        var objective = new Nist.GaussObjective(data.Read<double>("nist.x"), data.Read<double>("nist.y"), b: point.Length);
        double[] jacobian = new double[objective.ResidualCount * point.Length], residuals = new double[objective.ResidualCount];
        yield return Subject.Of(
            "nist-jacobian",
            () =>
            {
                objective.Jacobian(point.Span, jacobian, residuals);
                return 0.5 * System.Numerics.Tensors.TensorPrimitives.SumOfSquares<double>(residuals);
            },
            () => jacobian);
    }

    internal static IEnumerable<Subject> Ratings(PeerData data)
    {
        var objective = new MatrixFactorization.SquaredErrorObjective(
            u: data.Read<int>("ratings.u"), i: data.Read<int>("ratings.i"), rating: data.Read<float>("ratings.r"), l2: 0.01f, users: Users, rank: Rank, items: Items);
        var epoch = new Epoch<float>(objective, data.Read<float>("ratings.start"), data.Read<int>("ratings.order"), Batch);
        var descent = new Sgd { LearningRate = 0.05 };
        yield return Subject.Of("ratings-epoch", () => epoch.Run(new Sgd.Rule<float>(descent)), () => epoch.Parameters);
    }

    /// <summary>Addresses, as the other programs have: what a <see cref="Memory{T}"/> needs to become a span is as much as a small kernel.</summary>
    internal static unsafe IEnumerable<Subject> Rosenbrock(PeerData data, string name)
    {
        Memory<double> point = data.Read<double>(name + ".x"), direction = data.Read<double>(name + ".v"), result = LargeMemory.Allocate<double>(point.Length);
        double* x = LargeMemory.Address<double>(point), v = LargeMemory.Address<double>(direction), r = LargeMemory.Address<double>(result);
        int length = point.Length;
        var objective = new Functions.RosenbrockObjective(x: length);
        return
        [
            Subject.Of(name + "-gradient", () => objective.Gradient(new ReadOnlySpan<double>(x, length), new Span<double>(r, length)), Result),
            Subject.Of(
                name + "-hvp",
                () =>
                {
                    objective.HessianVectorProduct(new ReadOnlySpan<double>(x, length), new ReadOnlySpan<double>(v, length), new Span<double>(r, length));
                    return 0;
                },
                Result),
        ];

        // Keeps the memory, too, of which the others have addresses only.
        ReadOnlyMemory<double> Result() => point.Length == direction.Length ? result : throw new InvalidOperationException("The direction is not as long as the point.");
    }
}
