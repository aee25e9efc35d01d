global using static System.FormattableString;
