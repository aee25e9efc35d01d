using MathNet.Numerics.LinearAlgebra;
using Quickstart.Data;

namespace Quickstart;

/// <summary>The linear model that minimizes the squared error, in closed form: what an iterative optimizer should come close to.</summary>
internal static class LeastSquares
{
    /// <summary>Solves min ‖(1 X)·β − y‖₂ by a QR factorization, in double.</summary>
    /// <returns>The intercept and the weights.</returns>
    public static (double Intercept, double[] Weights) Solve(Dataset data)
    {
        Matrix<double> design = Matrix<double>.Build.Dense(data.Rows, data.Width + 1, (i, j) => j == 0 ? 1 : data.Row(i)[j - 1]);
        double[] solution = design.QR().Solve(Vector<double>.Build.Dense(data.Target)).ToArray();
        return (solution[0], solution[1..]);
    }
}
