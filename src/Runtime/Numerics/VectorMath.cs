using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SymbolicGD.Numerics;

/// <summary>
/// Elementary and special functions of whole vectors, written inline so that an emitted kernel contains no call in its loop.
/// </summary>
/// <remarks>
/// <para>
/// One text with a fixed logical width of 512 bits: on a machine with 256- or 128-bit registers the same operations run on halves
/// or quarters. Products that feed a sum are fused explicitly, so a function gives the same bits on every machine with fused
/// multiply-add, whatever its width; functions that say "per lane" in their remarks call <see cref="Math"/> or <see cref="Sym"/>
/// and inherit the bits of the platform's library there.
/// </para>
/// <para>
/// Bounds are in units in the last place of the result (ulp), the largest error found by the dense sampling of the tests, rounded
/// up. Every function handles NaN, infinities, negative zero, subnormal operands and gradual underflow of the result as IEEE 754
/// recommends. Polynomial coefficients are minimax fits (Remez exchange in 200-bit arithmetic) on the reduced interval that
/// stands in the comment beside them.
/// </para>
/// </remarks>
public static partial class VectorMath
{
    // Adding 1.5·2⁵² (1.5·2²³) rounds a double (float) of smaller magnitude to an integer, which then stands in the low bits of the sum.
    private const double RoundDouble = 6755399441055744.0;
    private const float RoundSingle = 12582912.0f;

    private const long OneBits = 0x3FF0000000000000L;
    private const int OneBitsSingle = 0x3F800000;

    // ln 2 = high + low. "Full" high parts serve n·high inside a fused multiply-add (the difference is exact there); the trimmed one
    // has 21 (9) trailing zero bits, so that n·high is exact on its own.
    private const double Ln2 = 0.6931471805599453;
    private const double Ln2Rest = 2.3190468138462996e-17;
    private const double Ln2High = 0.6931471803691238;
    private const double Ln2Low = 1.9082149292705877e-10;
    private const float Ln2Single = 0.693147182f;
    private const float Ln2RestSingle = -1.90465421e-9f;
    private const float Ln2HighSingle = 0.693145752f;
    private const float Ln2LowSingle = 1.42860682e-6f;
    private const double Log2E = 1.4426950408889634;
    private const float Log2ESingle = 1.44269502f;
    private const double Log10Of2 = 0.3010299956639812;
    private const double Log10Of2Rest = -2.8037281277851704e-18;
    private const double Log10Of2High = 0.3010299955494702;
    private const double Log10Of2Low = 1.1451100898021838e-10;
    private const float Log10Of2Single = 0.30103001f;
    private const float Log10Of2RestSingle = -1.43209889e-08f;

    // Subtracting the bits of √½ makes the exponent field count from there, so that the mantissa falls into √½…√2.
    private const long HalfRootBits = 0x3FE6A09E667F3BCDL;
    private const int HalfRootBitsSingle = 0x3F3504F3;
    private const long ExponentMask = unchecked((long)0xFFF0000000000000UL);
    private const int ExponentMaskSingle = unchecked((int)0xFF800000U);

    // π/2 in three parts: n·(first part) leaves an exact difference inside a fused multiply-add.
    private const double HalfPi1 = 1.5707963267948966;
    private const double HalfPi2 = 6.123233995736766e-17;
    private const double HalfPi3 = -1.4973849048591698e-33;
    private const float HalfPi1Single = 1.57079637f;
    private const float HalfPi2Single = -4.37113883e-08f;
    private const float HalfPi3Single = -1.71512451e-15f;

    // Beyond these the three parts no longer reach, and the lane goes to the platform's library.
    private const double TrigonometricReach = 1073741824.0;
    private const float TrigonometricReachSingle = 65536.0f;

    private const double QuarterPi = 0.7853981633974483;
    private const double QuarterPiRest = 3.061616997868383e-17;
}
