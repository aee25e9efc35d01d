using Benchmarks.Losses;
using Benchmarks.Workloads;
using DigitsSample;
using SymbolicGD;

namespace Benchmarks.Peers;

/// <summary>Classifiers of 10,000 handwritten digits.</summary>
internal static class DigitSubjects
{
    private const int Hidden = 128;
    private const int Classes = 10;
    private const double Rate = 1e-3;

    internal static IEnumerable<Subject> Softmax(PeerData data)
    {
        Memory<float> start = data.Read<float>("softmax.start"), gradient = LargeMemory.Allocate<float>(start.Length);
        var objective = new SoftmaxRegression.CrossEntropyObjective(image: data.Read<float>("digits.x"), digit: data.Read<int>("digits.y"), classes: Classes);
        yield return Subject.Of("softmax-value", () => objective.Value(start.Span), () => start);
        yield return Subject.Of("softmax-gradient", () => objective.Gradient(start.Span, gradient.Span), () => gradient);
    }

    internal static IEnumerable<Subject> Network(PeerData data, int batch)
    {
        Memory<float> start = data.Read<float>("mlp.start"), gradient = LargeMemory.Allocate<float>(start.Length);
        Memory<int> order = data.Read<int>("digits.order");
        ReadOnlyMemory<float> images = data.Read<float>("digits.x");
        ReadOnlyMemory<int> digits = data.Read<int>("digits.y");
        var objective = new Digits.CrossEntropyObjective(image: images, digit: digits, hidden: Hidden, classes: Classes);
        var epoch = new Epoch<float>(objective, start, order, batch);
        var adam = new Adam { LearningRate = Rate };
        string name = "mlp" + batch.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Memory<int> one = order[..batch];
        var twice = new SecondOrder.NetworkObjective(image: images, digit: digits, hidden: Hidden, classes: Classes);
        Memory<float> product = LargeMemory.Allocate<float>(start.Length);
        yield return Subject.Of(name + "-hvp", () => Product(twice, start.Span, one.Span, product.Span), () => product);
        yield return Subject.Of(name + "-value", () => objective.Value(start.Span, one.Span), () => start);
        yield return Subject.Of(name + "-gradient", () => objective.Gradient(start.Span, one.Span, gradient.Span), () => gradient);
        yield return Subject.Of(name + "-epoch", () => epoch.Run(new Adam.Rule<float>(adam)), () => epoch.Parameters);

        var shared = new Digits.CrossEntropyObjective(image: images, digit: digits, hidden: Hidden, classes: Classes) { MaxDegreeOfParallelism = 2 };
        var sharedEpoch = new Epoch<float>(shared, start, order, batch);
        yield return Subject.Of(name + "-epochx2", () => sharedEpoch.Run(new Adam.Rule<float>(adam)), () => sharedEpoch.Parameters);
    }

    private static float Product(ExampleObjective<float> objective, ReadOnlySpan<float> point, ReadOnlySpan<int> batch, Span<float> product)
    {
        objective.HessianVectorProduct(point, batch, point, product);
        return product[0];
    }
}
