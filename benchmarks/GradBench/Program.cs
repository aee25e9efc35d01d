using GradBench.Protocol;

// One of GradBench's tools: messages come in on standard input, one JSON object per line, responses go out on standard output.
using var input = new StreamReader(Console.OpenStandardInput());
using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true, NewLine = "\n" };
Tool.Run(input, output);
