using Benchmarks.Tape;

namespace Benchmarks.Peers;

/// <summary>The tape of these benchmarks, in the same process.</summary>
internal static class TapeSubjects
{
    private const int Features = 64;
    private const int Users = 943;
    private const int Items = 1682;
    private const int Rank = 16;
    private const int Batch = 256;
    private const double Rate = 0.05;
    private const double L2 = 0.01;

    internal static IEnumerable<Subject> All(PeerData data, string name) => name switch
    {
        "tape-logistic" => Logistic(data),
        "tape-rosen1000" => Rosenbrock(data),
        "tape-ratings" => Ratings(data),
        _ => [],
    };

    private static IEnumerable<Subject> Logistic(PeerData data)
    {
        Memory<float> x = data.Read<float>("logistic.x"), y = data.Read<float>("logistic.y"), w = data.Read<float>("logistic.w");
        var tape = new TapeLogistic(Features);
        yield return Subject.Of("tape-logistic", () => tape.Gradient(x.Span, y.Span, w.Span), () => (double[])[.. tape.Result]);
    }

    private static IEnumerable<Subject> Rosenbrock(PeerData data)
    {
        Memory<double> x = data.Read<double>("rosen1000.x");
        var tape = new TapeRosenbrock(x.Length);
        yield return Subject.Of("tape-rosen1000", () => tape.Gradient(x.Span), () => (double[])[.. tape.Result]);
    }

    private static IEnumerable<Subject> Ratings(PeerData data)
    {
        Memory<int> u = data.Read<int>("ratings.u"), i = data.Read<int>("ratings.i"), order = data.Read<int>("ratings.order");
        Memory<float> ratings = data.Read<float>("ratings.r"), start = data.Read<float>("ratings.start");
        var tape = new TapeRatings(Users, Items, Rank);
        yield return Subject.Of(
            "tape-ratings",
            () =>
            {
                for (int k = 0; k < start.Length; k++) tape.Parameters[k] = start.Span[k];
                return tape.Epoch(u.Span, i.Span, ratings.Span, order.Span, Batch, Rate, L2);
            },
            () => tape.Parameters);
    }
}
