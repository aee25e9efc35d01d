using CsvHelper;

namespace Quickstart.Data;

/// <summary>Reads the data files that lie beside the program.</summary>
internal static class CsvSource
{
    /// <summary>The California housing block groups, prices in units of $100,000.</summary>
    /// <remarks>
    /// The eight numeric columns, and <c>ocean_proximity</c> as one 0/1 column per category except the most common one: with all
    /// five, they would add up to the intercept and the least-squares solution would not be unique.
    /// </remarks>
    public static Dataset CaliforniaHousing()
    {
        string[] numeric =
        [
            "longitude", "latitude", "housing_median_age", "total_rooms", "total_bedrooms", "population", "households", "median_income",
        ];
        string[] categories = ["INLAND", "ISLAND", "NEAR BAY", "NEAR OCEAN"];
        const string Baseline = "<1H OCEAN";

        return Read("california-housing/california_housing.csv", [.. numeric, .. categories], (csv, features) =>
        {
            foreach (string column in numeric)
            {
                features.Add(csv[column].IsEmpty && column == "total_bedrooms" ? double.NaN : csv.Parse<double>(column));
            }

            string proximity = csv.GetString("ocean_proximity");
            if (proximity != Baseline && !categories.Contains(proximity))
            {
                throw new InvalidDataException($"Row {csv.RowNumber}: unknown ocean_proximity '{proximity}'.");
            }

            features.AddRange(categories.Select(category => proximity == category ? 1.0 : 0.0));
            return csv.Parse<double>("median_house_value") / 100_000;
        });
    }

    /// <summary>The spambase messages: 57 frequencies and lengths, and 1 for spam, 0 for none.</summary>
    /// <remarks>
    /// The features are log(1 + x): most are 0 and a few are enormous, and a linear model of the raw numbers would follow those few
    /// (Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning", treat the same data so).
    /// </remarks>
    public static Dataset Spambase()
    {
        const string File = "spambase/spambase.csv";
        using CsvReader header = Open(File);
        return Read(File, [.. header.Headers.SkipLast(1)], (csv, features) =>
        {
            for (int column = 0; column < csv.FieldCount - 1; column++)
            {
                features.Add(Math.Log(1 + csv.Parse<double>(column)));
            }

            return csv.Parse<double>("is_spam");
        });
    }

    private static Dataset Read(string path, string[] featureNames, Func<CsvReader, List<double>, double> readRow)
    {
        var features = new List<double>();
        var target = new List<double>();
        using CsvReader csv = Open(path);
        while (csv.Read())
        {
            target.Add(readRow(csv, features));
        }

        return new Dataset(featureNames, [.. features], [.. target]);
    }

    private static CsvReader Open(string path) => CsvReader.FromFile(Path.Combine(AppContext.BaseDirectory, "data", path));
}
