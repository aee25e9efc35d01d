using System.Numerics;
using Xunit;

namespace SymbolicGD.RuntimeTests.Optimizers
{
    /// <summary>Rules of a user: the generated optimizers do what the methods say, in the vectors and in the tail.</summary>
    public sealed class UserRulesTests
    {
        private const int Length = 37;                   // doubles: four vectors and five; floats: two vectors and five

        [Fact]
        public void Lion_as_users_write_it_is_fused_like_the_built_in_ones()
        {
            Assert.Equal((1e-4, 0.9, 0.99), (new Users.Lion().LearningRate, new Users.Lion().Beta1, new Users.Lion().Beta2));
            Check<double, Users.Lion.Rule<double>>(
                new(new Users.Lion { LearningRate = 0.01 }), (ref p, g, s, k, step) => Users.Rules.Lion(ref p, g, ref s[k], 0.01, 0.9, 0.99));
            Check<float, Users.Lion.Rule<float>>(
                new(new Users.Lion { LearningRate = 0.01 }), (ref p, g, s, k, step) => Users.Rules.Lion(ref p, g, ref s[k], 0.01f, 0.9f, 0.99f));
        }

        [Fact]
        public void A_rule_may_read_the_parameter_after_it_wrote_it() =>
            Check<double, Users.Remembering.Rule<double>>(
                new(new Users.Remembering()),
                (ref p, g, s, k, step) => Users.Rules.Remembering(ref p, g, ref s[k], ref s[Length + k], ref s[(2 * Length) + k], 0.1, 0.5));

        [Fact]
        public void A_rule_may_branch_on_elements_and_on_the_step()
        {
            Check<double, Users.Branching.Rule<double>>(
                new(new Users.Branching()), (ref p, g, s, k, step) => Users.Rules.Branching(ref p, g, ref s[k], 0.1, 0.3, step));
            Check<float, Users.Branching.Rule<float>>(
                new(new Users.Branching()), (ref p, g, s, k, step) => Users.Rules.Branching(ref p, g, ref s[k], 0.1f, 0.3f, step));
        }

        [Fact]
        public void A_function_without_vector_form_is_computed_lane_by_lane() =>
            Check<double, Users.Tanh.Rule<double>>(new(new Users.Tanh()), (ref p, g, s, k, step) => Users.Rules.Tanh(ref p, g, 0.1));

        private delegate void Elementwise<T>(ref T parameter, T gradient, T[] state, int index, int step);

        private static void Check<T, TRule>(TRule rule, Elementwise<T> method)
            where T : unmanaged, IFloatingPointIeee754<T>
            where TRule : struct, IUpdateRule<T>
        {
            int call = 0;
            T[] Gradient(int step) => Enumerable.Range(0, Length).Select(i => T.CreateChecked(i % 7 == 0 ? 0 : Math.Sin(i + (10 * step)))).ToArray();
            var objective = new Function<T>(Length, _ => T.One, _ => Gradient(call++));
            using VectorHandle<T> p = objective.CreateVector(), state = objective.CreateVector(TRule.StateCount * Length);
            p.Fill(T.One);
            T[] expected = Enumerable.Repeat(T.One, Length).ToArray(), states = new T[TRule.StateCount * Length], found = new T[Length];
            for (int step = 1; step <= 6; step++)
            {
                T[] gradient = Gradient(step - 1);
                for (int i = 0; i < Length; i++)
                {
                    method(ref expected[i], gradient[i], states, i, step);
                }

                rule.Prepare(step, 1);
                objective.Step(p, state, rule, GradientTransform<T>.None);
                p.CopyTo(found);
                Near(expected, found);
                var foundStates = new T[states.Length];
                state.CopyTo(foundStates);
                Near(states, foundStates);
            }
        }

        private static void Near<T>(T[] expected, T[] found)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            double tolerance = typeof(T) == typeof(float) ? 1e-6 : 1e-14;
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.Equal(double.CreateChecked(expected[i]), double.CreateChecked(found[i]), tolerance);
            }
        }
    }
}

namespace SymbolicGD.RuntimeTests.Optimizers.Users
{
    public static partial class Rules
    {
        [UpdateRule(Name = "Lion")]
        public static void Lion<T>(
            ref T parameter, T gradient, [State] ref T momentum, [Hyper(1e-4)] T learningRate, [Hyper(0.9)] T beta1, [Hyper(0.99)] T beta2)
            where T : IFloatingPointIeee754<T>
        {
            T u = beta1 * momentum + (T.One - beta1) * gradient;
            parameter -= u > T.Zero ? learningRate : u < T.Zero ? -learningRate : T.Zero;
            momentum = beta2 * momentum + (T.One - beta2) * gradient;
        }

        [UpdateRule]
        public static void Remembering<T>(
            ref T parameter, T gradient, [State] ref T last, [State] ref T move, [State] ref T far, [Hyper(0.1)] T learningRate, [Hyper(0.5)] T pull)
            where T : IFloatingPointIeee754<T>
        {
            T before = parameter;
            parameter -= learningRate * gradient + pull * move;
            last = before;
            move = parameter - before;
            far = T.Max(far, T.Abs(parameter));
        }

        [UpdateRule]
        public static void Branching<T>(ref T parameter, T gradient, [State] ref T sum, [Hyper(0.1)] T learningRate, [Hyper(0.3)] T threshold, [Step] int step)
            where T : IFloatingPointIeee754<T>
        {
            if (step == 1)
            {
                sum = gradient;
            }
            else if (T.Abs(gradient) > threshold)
            {
                sum += gradient;
                parameter -= learningRate * sum;
            }
            else
            {
                sum = T.Zero;
            }

            parameter *= T.One - learningRate / T.CreateChecked(step);
        }

        [UpdateRule]
        public static void Tanh<T>(ref T parameter, T gradient, [Hyper(0.1)] T learningRate)
            where T : IFloatingPointIeee754<T> => parameter -= learningRate * T.Tanh(gradient);
    }
}
