namespace SymbolicGD.GeneratorTests.RandomPrograms;

/// <summary>
/// Types and helpers that every file of random programs has. The bounds of what they give are known to <see cref="ProgramWriter"/>.
/// </summary>
internal static class ProgramLibrary
{
    /// <param name="suffix">That of the types.</param>
    public static string Helpers(string real, string math, string f, string suffix, bool givesDerivatives) => $$"""
            private static {{real}} Quadratic({{real}} x, {{real}} a) => (a * x * x) - x;

            private static {{real}} SoftClip({{real}} x)
            {
                if (x > 1) return 1 + {{math}}.Tanh(x - 1);
                if (x < -1) return -1 - {{math}}.Tanh(-1 - x);
                return x;
            }

            private static {{real}} Weighted(ReadOnlySpan<{{real}}> values, {{real}} scale)
            {
                {{real}} sum = 0;
                for (int i = 0; i < values.Length; i++) sum += values[i] * scale / (1 + i);
                return sum;
            }

            private static {{real}} Horner(ReadOnlySpan<{{real}}> coefficients, {{real}} x)
            {
                {{real}} result = 0;
                foreach ({{real}} c in coefficients) result = (result * x) + c;
                return result;
            }

            private static {{real}} Largest(ReadOnlySpan<{{real}}> values)
            {
                {{real}} largest = values[0];
                for (int i = 1; i < values.Length; i++)
                {
                    if (values[i] > largest) largest = values[i];
                }

                return largest;
            }

            private static {{real}} LogSumExp(ReadOnlySpan<{{real}}> values)
            {
                {{real}} largest = Largest(values), sum = 0;
                foreach ({{real}} v in values) sum += {{math}}.Exp(v - largest);
                return largest + {{math}}.Log(sum);
            }

            private static void ScaleTo(ReadOnlySpan<{{real}}> from, {{real}} by, Span<{{real}}> to)
            {
                for (int i = 0; i < from.Length; i++) to[i] = from[i] * by;
            }

            private static {{real}} Settle({{real}} x, {{real}} a)
            {
                {{real}} s = x;
                int k = 0;
                while ({{math}}.Abs(s) > 0.4{{f}})
                {
                    s *= 0.5{{f}} + (0.1{{f}} * {{math}}.Sin(a));
                    if (++k > 5) return s + a;
                }

                return s;
            }

            private static {{real}} FirstAbove(ReadOnlySpan<{{real}}> values, {{real}} bound)
            {
                for (int i = 0; i < values.Length; i++)
                {
                    if (values[i] > bound) return values[i] - bound;
                }

                return bound;
            }

            private static void Smooth(Span<{{real}}> values, {{real}} a, out {{real}} last)
            {
                last = a;
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = 0.5{{f}} * (values[i] + {{math}}.Sin(last));
                    last = values[i];
                }
            }

            private static void Reverse(Span<{{real}}> values)
            {
                for (int i = 0; i < values.Length / 2; i++)
                {
                    {{real}} kept = values[i];
                    values[i] = values[values.Length - 1 - i];
                    values[values.Length - 1 - i] = kept;
                }
            }

            private static {{real}} Bilinear(ReadOnlyMatrix<{{real}}> m, ReadOnlySpan<{{real}}> u, ReadOnlySpan<{{real}}> v)
            {
                {{real}} sum = 0;
                for (int i = 0; i < m.Rows; i++) sum += u[i] * TensorPrimitives.Dot(m.Row(i), v);
                return sum;
            }

            private static {{real}} Trace(ReadOnlyMatrix<{{real}}> m)
            {
                {{real}} sum = 0;
                for (int i = 0; i < Math.Min(m.Rows, m.Columns); i++) sum += m[i, i];
                return sum;
            }

            private static void MatrixTimes(ReadOnlyMatrix<{{real}}> m, ReadOnlySpan<{{real}}> x, Span<{{real}}> y)
            {
                for (int i = 0; i < m.Rows; i++)
                {
                    {{real}} sum = 0;
                    ReadOnlySpan<{{real}}> row = m.Row(i);
                    for (int j = 0; j < m.Columns; j++) sum += row[j] * x[j];
                    y[i] = {{math}}.Sin(sum);
                }
            }

            private static void Transform(Matrix<{{real}}> m, {{real}} by)
            {
                for (int i = 1; i < m.Rows; i++)
                {
                    for (int j = 0; j < m.Columns; j++) m[i, j] = {{math}}.Sin((m[i, j] * by) + m[i - 1, j]);
                }
            }

            private static {{real}} LogDeterminant(ReadOnlyMatrix<{{real}}> m, Matrix<{{real}}> work)
            {
                for (int i = 0; i < m.Rows; i++)
                {
                    for (int j = 0; j <= i; j++) work[i, j] = (0.1{{f}} * TensorPrimitives.Dot(m.Row(i), m.Row(j))) + (i == j ? 1 : 0);
                }

                {{real}} sum = 0;
                for (int j = 0; j < m.Rows; j++)
                {
                    for (int l = 0; l < j; l++) work[j, j] -= work[j, l] * work[j, l];
                    work[j, j] = {{math}}.Sqrt(work[j, j]);
                    sum += {{math}}.Log(work[j, j]);
                    for (int i = j + 1; i < m.Rows; i++)
                    {
                        for (int l = 0; l < j; l++) work[i, j] -= work[i, l] * work[j, l];
                        work[i, j] /= work[j, j];
                    }
                }

                Transform(work, 0.5{{f}});
                for (int j = 0; j < m.Rows; j++) work[0, j] = {{math}}.Sin(work[0, j]);
                return sum;
            }

            private static void Nudge(ref {{real}} value, {{real}} by) => value = {{math}}.Sin(value + (0.3{{f}} * by));

            private static ({{real}} A, {{real}} B) HalfSumAndDifference({{real}} a, {{real}} b) => (0.5{{f}} * (a + b), 0.5{{f}} * (a - b));

            private static void Shift(Span<Vec{{suffix}}> values, Vec{{suffix}} by)
            {
                foreach (ref Vec{{suffix}} value in values) value = 0.5{{f}} * (value + by);
            }

            private static Vec{{suffix}} Centroid(ReadOnlySpan<Vec{{suffix}}> values)
            {
                Vec{{suffix}} sum = default;
                foreach (Vec{{suffix}} value in values)
                {
                    if (value.X > 1.75{{f}}) return value;
                    sum += value;
                }

                return (1 / ({{real}})values.Length) * sum;
            }

            private static {{real}} Bump({{real}} x)
            {
                {{real}} e = {{math}}.Exp(-x * x);
                return e > 0.1{{f}} ? e : {{math}}.Exp(-{{math}}.Abs(x) * {{math}}.Abs(x));
            }
            {{(givesDerivatives ? $"[Derivative(of: nameof(Bump))] private static {real} BumpSlope({real} x) => -2 * x * Bump(x);" : "")}}

            private static {{real}} Blend({{real}} u, {{real}} v)
            {
                {{real}} s = 0;
                for (int i = 0; i < 3; i++) s += u * {{math}}.Cos(v) / 3;
                return s;
            }
            {{(givesDerivatives ? $"[Derivative(of: nameof(Blend))] private static ({real}, {real}) BlendSlopes({real} u, {real} v) => ({math}.Cos(v), -u * {math}.Sin(v));" : "")}}

            private static {{real}} Energy(ReadOnlySpan<{{real}}> x, {{real}} scale)
            {
                {{real}} s = 0;
                foreach ({{real}} v in x) s += v * v * scale;
                return s;
            }
            {{(givesDerivatives ? $"[Derivative(of: nameof(Energy))] private static void EnergyAdjoints(ReadOnlySpan<{real}> x, {real} scale, {real} adjoint, Span<{real}> dx, out {real} ds) {{ ds = 0; for (int i = 0; i < x.Length; i++) {{ dx[i] = 2 * adjoint * scale * x[i]; ds += adjoint * x[i] * x[i]; }} }}" : "")}}

            private static {{real}} Power({{real}} x, int n) => n == 0 ? 1 : n % 2 == 0 ? Power(x * x, n / 2) : x * Power(x, n - 1);

            [Recursion(MaxDepth = 4)]
            private static {{real}} Tree({{real}} x, int depth)
            {
                if (depth <= 0) return x;
                {{real}} left = Tree(0.5{{f}} * x, depth - 1);
                if (left > 0.5{{f}}) return left;
                return (left * x) + Tree({{math}}.Sin(x), depth - 2);
            }
        """;

    /// <summary>Types of several numbers; their members keep within the bounds that they were made with.</summary>
    public static string Types(string real, string math, string f, string suffix) => $$"""
        public readonly record struct Vec{{suffix}}({{real}} X, {{real}} Y)
        {
            public static readonly Vec{{suffix}} Unit = new(1, 0.5{{f}});
            public static Vec{{suffix}} Zero => default;
            public {{real}} Norm2 => this * this;
            public {{real}} Sum { get { {{real}} s = X; s += Y; return s; } }
            public {{real}} this[int i] => i switch { 0 => X, _ => Y };
            public static Vec{{suffix}} operator +(Vec{{suffix}} a, Vec{{suffix}} b) => new(a.X + b.X, a.Y + b.Y);
            public static Vec{{suffix}} operator -(Vec{{suffix}} a, Vec{{suffix}} b) => new(a.X - b.X, a.Y - b.Y);
            public static Vec{{suffix}} operator -(Vec{{suffix}} a) => new(-a.X, -a.Y);
            public static Vec{{suffix}} operator *({{real}} s, Vec{{suffix}} a) => new(s * a.X, s * a.Y);
            public static {{real}} operator *(Vec{{suffix}} a, Vec{{suffix}} b) => (a.X * b.X) + (a.Y * b.Y);
            public static bool operator <(Vec{{suffix}} a, Vec{{suffix}} b) => a.Norm2 < b.Norm2;
            public static bool operator >(Vec{{suffix}} a, Vec{{suffix}} b) => b < a;
            public static implicit operator Vec{{suffix}}(({{real}} X, {{real}} Y) t) => new(t.X, t.Y);
            public static explicit operator {{real}}(Vec{{suffix}} a) => a.X;
            public static Vec{{suffix}} Lerp(Vec{{suffix}} a, Vec{{suffix}} b, {{real}} t) => ((1 - t) * a) + (t * b);
            public Vec{{suffix}} Turned({{real}} angle) => new(({{math}}.Cos(angle) * X) - ({{math}}.Sin(angle) * Y), ({{math}}.Sin(angle) * X) + ({{math}}.Cos(angle) * Y));
            public Vec{{suffix}} Swapped() => this with { X = Y, Y = X };
        }

        public struct State{{suffix}}
        {
            public {{real}} Position, Velocity;
            public int Steps;
            private {{real}} _level = 0.5{{f}};

            public State{{suffix}}({{real}} position)
                : this(position, 0.25{{f}}) => Steps++;

            public State{{suffix}}({{real}} position, {{real}} velocity) => (Position, Velocity) = (position, velocity);

            public {{real}} Level { readonly get => _level; set => _level = 0.5{{f}} * value; }

            public {{real}} this[int i]
            {
                readonly get => i == 0 ? Position : Velocity;
                set { if (i == 0) Position = value; else Velocity = value; }
            }

            public static State{{suffix}} After(State{{suffix}} s, {{real}} dt)
            {
                s.Step(dt);
                return s;
            }

            public void Step({{real}} dt)
            {
                Position = {{math}}.Sin(Position + (dt * Velocity));
                Velocity = 0.5{{f}} * (Velocity - Position);
                Steps++;
                if (Position > 0.5{{f}})
                {
                    Velocity = -Velocity;
                    if (Steps > 2) return;
                }

                Level = Velocity;
            }

            public readonly {{real}} Peek() => Position + (0.5{{f}} * (Steps % 3)) + ({{math}}.Sin(_level));
        }

        public readonly struct Frame{{suffix}}
        {
            public Frame{{suffix}}(Vec{{suffix}} origin, {{real}} scale, int turns)
            {
                Origin = origin;
                Scale = scale;
                Turns = turns;
            }

            public Vec{{suffix}} Origin { get; }
            public {{real}} Scale { get; }
            public int Turns { get; }

            public Frame{{suffix}} Then(Frame{{suffix}} other) => new(0.5{{f}} * (Origin + other.Origin), {{math}}.Sin(Scale * other.Scale), (Turns + other.Turns) % 3);

            public {{real}} Apply({{real}} x)
            {
                Vec{{suffix}} at = Origin;
                for (int i = 0; i < Turns; i++) at = at.Turned(x);
                return at.X + (Scale * x);
            }
        }

        public sealed record Line{{suffix}}({{real}} Slope, Vec{{suffix}} Through)
        {
            public {{real}} Offset { get; init; } = 1;
            public {{real}} At({{real}} x) => (Slope * (x - {{math}}.Sin(Through.X))) + Offset;
        }
        """;

    public const string GenericTypes = """
        public struct Pair<T>
        {
            public T First, Second;
            public Pair(T first, T second) { First = first; Second = second; }
            public readonly Pair<T> Swapped() => new(Second, First);
        }

        public static class Pairs
        {
            public static T Larger<T>(this Pair<T> pair) where T : INumber<T> => pair.First > pair.Second ? pair.First : pair.Second;
        }
        """;
}
