using System.Numerics;
using System.Reflection;
using Xunit;

namespace SymbolicGD.RuntimeTests.Optimizers;

/// <summary>The form of a rule that devices compile does what the rule does, and consists of what kernels take.</summary>
public sealed class DeviceRulesTests
{
    [Fact]
    public void It_updates_elements_as_the_rule_does()
    {
        All<float>();
        All<double>();
    }

    [Fact]
    public void It_has_numbers_and_integers_alone()
    {
        foreach (Type optimizer in typeof(Adam).Assembly.GetTypes().Where(t => t.IsPublic && t.BaseType == typeof(UpdateRuleOptimizer)))
        {
            Type rule = optimizer.GetNestedType("DeviceRule`1")!.MakeGenericType(typeof(float));
            FieldInfo[] fields = rule.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
            Assert.NotEmpty(fields);
            Assert.All(fields, field => Assert.Contains(field.FieldType, new[] { typeof(float), typeof(int) }));
        }
    }

    [Fact]
    public void A_rule_without_a_form_says_why() =>
        Assert.Contains("it computes Tanh for each element", Assert.Throws<NotSupportedException>(() => default(Users.Tanh.Rule<float>).OnDevice(new Elements<float>([], [], [], 0))).Message, StringComparison.Ordinal);

    private static void All<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check<T, Sgd.Rule<T>>(new(new Sgd { WeightDecay = 0.1 }));
        Check<T, Momentum.Rule<T>>(new(new Momentum { Dampening = 0.2 }));
        Check<T, Nesterov.Rule<T>>(new(new Nesterov { WeightDecay = 0.1 }));
        Check<T, AdaGrad.Rule<T>>(new(new AdaGrad { InitialSum = 0.1, LearningRateDecay = 0.1 }));
        Check<T, RmsProp.Rule<T>>(new(new RmsProp()));
        Check<T, Adam.Rule<T>>(new(new Adam { WeightDecay = 0.1 }));
        Check<T, AdamW.Rule<T>>(new(new AdamW()));
        Check<T, Lion.Rule<T>>(new(new Lion { WeightDecay = 0.1 }));
        Check<T, Users.Lion.Rule<T>>(new(new Users.Lion()));
        Check<T, Users.Remembering.Rule<T>>(new(new Users.Remembering()));
        Check<T, Users.Branching.Rule<T>>(new(new Users.Branching()));
    }

    private static void Check<T, TRule>(TRule rule)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TRule : struct, IUpdateRule<T>
    {
        const int Length = 20;
        T[] expected = [.. Enumerable.Range(0, Length).Select(i => T.CreateChecked(Math.Cos(i)))], found = [.. expected];
        T[] states = new T[4 * Length], foundStates = new T[4 * Length];
        for (int step = 1; step <= 4; step++)
        {
            T[] gradient = [.. Enumerable.Range(0, Length).Select(i => T.CreateChecked(i % 7 == 0 ? 0 : Math.Sin(i + (3 * step))))];
            rule.Prepare(step, 0.9);
            for (int i = 0; i < Length; i++)
            {
                rule.Update(ref expected[i], gradient[i], ref states[i], Length);
            }

            rule.OnDevice(new Elements<T>(found, gradient, foundStates, Length));
            Assert.Equal(expected, found);
            Assert.Equal(states, foundStates);
        }
    }

    private sealed class Elements<T>(T[] parameters, T[] gradient, T[] states, int length) : IDeviceUpdate<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Run<TDevice>(in TDevice rule)
            where TDevice : unmanaged, IDeviceRule<T>
        {
            for (int i = 0; i < parameters.Length; i++)
            {
                rule.Update(ref parameters[i], gradient[i], ref states[i], ref states[length + i], ref states[(2 * length) + i], ref states[(3 * length) + i]);
            }
        }
    }
}
