namespace Benchmarks.Peers;

/// <summary>All that can be asked for, by name; made when first asked for.</summary>
internal sealed class Subjects(PeerData data)
{
    private readonly Dictionary<string, Subject> made = new(StringComparer.Ordinal);

    /// <summary>Null where the name is unknown.</summary>
    internal Subject? Find(string name)
    {
        if (!made.TryGetValue(name, out Subject? subject))
        {
            foreach (Subject one in Family(name)) made[one.Name] = one;
            made.TryGetValue(name, out subject);
        }

        return subject;
    }

    private IEnumerable<Subject> Family(string name) => name.Split('-')[0] switch
    {
        "logistic" => LinearSubjects.Logistic(data),
        "logistic1m" => LinearSubjects.LargeLogistic("logistic1m", 1_000_000),
        "logistic4m" => LinearSubjects.LargeLogistic("logistic4m", 4_000_000),
        "spam" => LinearSubjects.Spam(data),
        "softmax" => DigitSubjects.Softmax(data),
        "mlp64" => DigitSubjects.Network(data, 64),
        "mlp256" => DigitSubjects.Network(data, 256),
        "gmm10" => MixtureSubjects.All(data, "gmm10", 10),
        "gmm64" => MixtureSubjects.All(data, "gmm64", 64),
        "lstm" => ScalarSubjects.Recurrent(data),
        "ba" => ScalarSubjects.Bundle(data),
        "nist" => ScalarSubjects.Curve(data),
        "ratings" => ScalarSubjects.Ratings(data),
        "rosen10" or "rosen1000" or "rosen1000000" => ScalarSubjects.Rosenbrock(data, name.Split('-')[0]),
        "tape" => TapeSubjects.All(data, name),
        "machine" => MachineSubjects.All(),
        _ => [],
    };
}
