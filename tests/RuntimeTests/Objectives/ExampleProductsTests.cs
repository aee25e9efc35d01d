using Xunit;

namespace SymbolicGD.RuntimeTests.Objectives;

public sealed class ExampleProductsTests
{
    private readonly LeastSquares<double> objective = LeastSquares<double>.Create(20, 3, seed: 2);
    private readonly double[] point = [0.1, 0.2, 0.3, 0.4];

    [Fact]
    public void Gradients_of_examples_add_up_to_the_gradient()
    {
        double[] rows = new double[20 * 4], gradient = new double[4], one = new double[4];
        objective.ExampleGradients(point, rows);
        objective.Gradient(point, gradient);
        for (int j = 0; j < 4; j++)
        {
            Assert.Equal(gradient[j], Enumerable.Range(0, 20).Average(i => rows[(i * 4) + j]), 1e-12);
        }

        double loss = objective.ExampleGradient(point, 7, one);
        Assert.Equal(objective.Value(point, [7]), loss);
        Assert.Equal(rows[28..32], one);
        var batch = new double[8];
        objective.ExampleGradients(point, [7, 3], batch);
        Assert.Equal([.. rows[28..32], .. rows[12..16]], batch);
        SparseMatrix<double> sparse = objective.SparseExampleGradients(point);
        Assert.Equal(rows, sparse.Values);
    }

    [Theory]
    [InlineData(Reduction.Mean)]
    [InlineData(Reduction.Sum)]
    public void The_Fisher_product_is_that_of_the_gradients(Reduction reduction)
    {
        LeastSquares<double> reduced = LeastSquares<double>.Create(20, 3, seed: 2, reduction: reduction);
        double[] rows = new double[20 * 4], direction = [1, -1, 2, 0.5], product = new double[4];
        reduced.ExampleGradients(point, rows);
        reduced.EmpiricalFisherProduct(point, direction, product);
        for (int j = 0; j < 4; j++)
        {
            double expected = Enumerable.Range(0, 20).Sum(i => rows[(i * 4) + j] * Enumerable.Range(0, 4).Sum(k => rows[(i * 4) + k] * direction[k]));
            Assert.Equal(reduction == Reduction.Mean ? expected / 20 : expected, product[j], 1e-10);
        }
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => objective.ExampleGradient(point, 20, new double[4]));
        Assert.Throws<ArgumentException>(() => objective.ExampleGradient(point, 0, new double[3]));
        Assert.Contains("20 rows of 4 parameters need 80", Assert.Throws<ArgumentException>(() => objective.ExampleGradients(point, new double[79])).Message);
        Assert.Throws<ArgumentException>(() => objective.ExampleGradients(point, [], new double[4]));
        Assert.Throws<ArgumentException>(() => objective.EmpiricalFisherProduct(point, point, point));
    }

    [Fact]
    public void Warm_products_allocate_nothing()
    {
        double[] rows = new double[20 * 4], direction = [1, -1, 2, 0.5], product = new double[4];
        Assert.Equal(0, Allocations.Of(() => objective.ExampleGradients(point, rows)));
        Assert.Equal(0, Allocations.Of(() => objective.EmpiricalFisherProduct(point, direction, product)));
    }

    [Fact]
    public void Rows_remember_what_they_touch()
    {
        var row = new GradientRow<double>(6);
        row.Add(4, 1);
        row.Add(4, 2);
        row.Range(1, 2)[1] += 5;
        Assert.Equal([4, 1, 2], row.Touched);
        Assert.Equal([0, 0, 5, 0, 3, 0], row.Values);
        row.Range(0, 6)[0] = 9;
        Assert.Equal(6, row.Touched.Length);
        row.Clear();
        Assert.Equal(new double[6], row.Values);
        Assert.Equal(0, row.Touched.Length);
        Assert.Throws<IndexOutOfRangeException>(() => row.Add(6, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => { row.Range(5, 2); });
        Assert.Throws<ArgumentOutOfRangeException>(() => new GradientRow<double>(-1));
    }
}
