namespace Benchmarks.Tape;

/// <summary>An epoch of gradient descent on a matrix factorization, each rating on a tape of its own, in double.</summary>
internal sealed class TapeRatings(int users, int items, int rank)
{
    private readonly double[] gradient = new double[(users + items) * (rank + 1)];
    private readonly HashSet<int> touched = [];
    private readonly Real[] x = new Real[rank];
    private readonly Real[] y = new Real[rank];

    internal double[] Parameters { get; } = new double[(users + items) * (rank + 1)];

    internal double Epoch(ReadOnlySpan<int> u, ReadOnlySpan<int> i, ReadOnlySpan<float> rating, ReadOnlySpan<int> order, int batch, double rate, double l2)
    {
        double loss = 0;
        for (int from = 0; from < order.Length; from += batch)
        {
            ReadOnlySpan<int> examples = order.Slice(from, Math.Min(batch, order.Length - from));
            loss = 0;
            foreach (int example in examples) loss += Add(u[example], i[example], rating[example], l2, 1.0 / examples.Length);
            loss /= examples.Length;
            foreach (int k in touched)
            {
                Parameters[k] -= rate * gradient[k];
                gradient[k] = 0;
            }

            touched.Clear();
        }

        return loss;
    }

    private double Add(int user, int item, float rating, double l2, double weight)
    {
        int userStart = user * rank, itemStart = (users + item) * rank, userBias = ((users + items) * rank) + user, itemBias = ((users + items) * rank) + users + item;
        Tape.Rewind(0);
        for (int k = 0; k < rank; k++) x[k] = Tape.Variable(Parameters[userStart + k]);
        for (int k = 0; k < rank; k++) y[k] = Tape.Variable(Parameters[itemStart + k]);
        Real a = Tape.Variable(Parameters[userBias]), b = Tape.Variable(Parameters[itemBias]);
        int mark = Tape.Mark;
        Real e = a + b, squares = 0 * a;
        for (int k = 0; k < rank; k++)
        {
            e += x[k] * y[k];
            squares += x[k] * x[k];
            squares += y[k] * y[k];
        }

        e = -rating + e;
        Real loss = e * e + l2 * squares;
        double value = loss.Value;
        Tape.Reverse(loss, weight, mark);
        for (int k = 0; k < rank; k++)
        {
            Take(x[k], userStart + k);
            Take(y[k], itemStart + k);
        }

        Take(a, userBias);
        Take(b, itemBias);
        return value;
    }

    private void Take(Real variable, int parameter)
    {
        gradient[parameter] += Tape.Adjoint(variable);
        Tape.ClearAdjoint(variable);
        touched.Add(parameter);
    }
}
