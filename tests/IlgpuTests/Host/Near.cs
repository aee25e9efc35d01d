using Xunit;

namespace SymbolicGD.IlgpuTests.Host;

internal static class Near
{
    /// <summary>Within 1e-5 of the largest expected magnitude.</summary>
    public static void Equal(ReadOnlySpan<float> expected, ReadOnlySpan<float> found, float tolerance = 1e-5f)
    {
        Assert.Equal(expected.Length, found.Length);
        float scale = 0;
        foreach (float value in expected)
        {
            scale = MathF.Max(scale, MathF.Abs(value));
        }

        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(MathF.Abs(expected[i] - found[i]) <= tolerance * scale, $"element {i}: {expected[i]} expected, {found[i]} found");
        }
    }

    public static void Equal(float expected, float found, float tolerance = 1e-5f) => Equal([expected], [found], tolerance);

    public static float[] ToArray(this VectorHandle<float> vector)
    {
        var values = new float[vector.Length];
        vector.CopyTo(values);
        return values;
    }

    public static VectorHandle<float> Vector(this IObjective<float> objective, ReadOnlySpan<float> values)
    {
        VectorHandle<float> vector = objective.CreateVector(values.Length);
        vector.CopyFrom(values);
        return vector;
    }
}
