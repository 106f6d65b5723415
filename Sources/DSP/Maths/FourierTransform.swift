/// The discrete Fourier transform of a power of two of complex points, of both channels at once.
///
/// A point is two frames, its real and its imaginary part, in arrays of their own. The lanes never meet: what a
/// channel gets does not depend on the other one, to the bit.
///
/// Stockham's self-sorting form, decimation in frequency, in passes of radix 4 and a last one of radix 2 where the size
/// is an odd power (Van Loan, *Computational Frameworks for the Fast Fourier Transform*, 1992, section 1.7, and chapter
/// 2 for radix 4). Relative error about 1e−16 · log₂ size. Memory beside the signal: as much again, and the factors, two
/// Doubles a point. No allocation while processing. Zeros give zeros.
public struct FourierTransform: Sendable {
  /// The number of points, a power of two.
  public let size: Int

  /// For each pass of radix 4 over lengths n = size, size/4, …: cos and −sin of 2πpk/n, k = 1, 2, 3, for p in
  /// 0 ..< n/4.
  private let factors: [Double]
  private var otherReal: [Frame]
  private var otherImaginary: [Frame]

  /// A transform of `size` points, which must be a power of two.
  public init(size: Int) {
    precondition(size > 0 && size & (size - 1) == 0, "the size of a transform is a power of two")
    self.size = size
    var factors: [Double] = []
    var length = size
    while length >= 4 {
      for place in 0..<length / 4 {
        for multiple in 1...3 {
          let wave = Maths.sineAndCosine(turns: Double(place * multiple) / Double(length))
          factors += [wave.cosine, -wave.sine]
        }
      }
      length /= 4
    }
    self.factors = factors
    otherReal = Array(repeating: .zero, count: size)
    otherImaginary = otherReal
  }

  /// X[k] = Σ x[n] e^(−2πikn/size), in place. Both arrays hold `size` frames.
  public mutating func forward(_ real: inout [Frame], _ imaginary: inout [Frame]) {
    precondition(real.count == size && imaginary.count == size)
    var length = size
    var stride = 1
    var factor = 0
    while length > 1 {
      let radix = length >= 4 ? 4 : 2
      if radix == 4 {
        Self.radix4(
          length, stride, factors, factor, real.span, imaginary.span, &otherReal, &otherImaginary)
        factor += length / 4 * 6
      } else {
        Self.radix2(stride, real.span, &otherReal)
        Self.radix2(stride, imaginary.span, &otherImaginary)
      }
      swap(&real, &otherReal)
      swap(&imaginary, &otherImaginary)
      length /= radix
      stride *= radix
    }
  }

  /// x[n] = Σ X[k] e^(2πikn/size), in place: `forward` and then `inverse` gives the signal times `size`.
  public mutating func inverse(_ real: inout [Frame], _ imaginary: inout [Frame]) {
    // The inverse is the forward transform with real and imaginary parts exchanged on both sides.
    forward(&imaginary, &real)
  }

  /// A pass over transforms of `length` points, `stride` of them side by side, which makes them four times as many of
  /// a quarter of the length.
  private static func radix4(
    _ length: Int, _ stride: Int, _ allFactors: [Double], _ firstFactor: Int, _ real: Span<Frame>,
    _ imaginary: Span<Frame>, _ otherReal: inout [Frame], _ otherImaginary: inout [Frame]
  ) {
    let factors = allFactors.span.extracting(firstFactor..<firstFactor + length / 4 * 6)
    var newReal = otherReal.mutableSpan
    var newImaginary = otherImaginary.mutableSpan
    let quarter = length / 4 * stride
    precondition(4 * quarter == real.count)
    precondition(imaginary.count == real.count && newReal.count == real.count && newImaginary.count == real.count)
    for place in 0..<length / 4 {
      let factor = 6 * place
      let (cosine1, sine1) = unsafe (factors[unchecked: factor], factors[unchecked: factor &+ 1])
      let (cosine2, sine2) = unsafe (factors[unchecked: factor &+ 2], factors[unchecked: factor &+ 3])
      let (cosine3, sine3) = unsafe (factors[unchecked: factor &+ 4], factors[unchecked: factor &+ 5])
      for index in 0..<stride {
        let from = place &* stride &+ index
        let to = 4 &* place &* stride &+ index
        let (fromB, fromC, fromD) = (from &+ quarter, from &+ 2 &* quarter, from &+ 3 &* quarter)
        let (realA, imaginaryA) = unsafe (real[unchecked: from], imaginary[unchecked: from])
        let (realB, imaginaryB) = unsafe (real[unchecked: fromB], imaginary[unchecked: fromB])
        let (realC, imaginaryC) = unsafe (real[unchecked: fromC], imaginary[unchecked: fromC])
        let (realD, imaginaryD) = unsafe (real[unchecked: fromD], imaginary[unchecked: fromD])
        let (realSumAC, imaginarySumAC) = (realA + realC, imaginaryA + imaginaryC)
        let (realSumBD, imaginarySumBD) = (realB + realD, imaginaryB + imaginaryD)
        let (realAC, imaginaryAC) = (realA - realC, imaginaryA - imaginaryC)
        let (realBD, imaginaryBD) = (realB - realD, imaginaryB - imaginaryD)
        unsafe newReal[unchecked: to] = realSumAC + realSumBD
        unsafe newImaginary[unchecked: to] = imaginarySumAC + imaginarySumBD
        // (a − c) − i (b − d), (a + c) − (b + d) and (a − c) + i (b − d), turned.
        let (real1, imaginary1) = (realAC + imaginaryBD, imaginaryAC - realBD)
        let (real2, imaginary2) = (realSumAC - realSumBD, imaginarySumAC - imaginarySumBD)
        let (real3, imaginary3) = (realAC - imaginaryBD, imaginaryAC + realBD)
        unsafe newReal[unchecked: to &+ stride] = real1 * cosine1 - imaginary1 * sine1
        unsafe newImaginary[unchecked: to &+ stride] = real1 * sine1 + imaginary1 * cosine1
        unsafe newReal[unchecked: to &+ 2 &* stride] = real2 * cosine2 - imaginary2 * sine2
        unsafe newImaginary[unchecked: to &+ 2 &* stride] = real2 * sine2 + imaginary2 * cosine2
        unsafe newReal[unchecked: to &+ 3 &* stride] = real3 * cosine3 - imaginary3 * sine3
        unsafe newImaginary[unchecked: to &+ 3 &* stride] = real3 * sine3 + imaginary3 * cosine3
      }
    }
  }

  /// The last pass, of two points, whose factors are 1.
  private static func radix2(_ stride: Int, _ part: Span<Frame>, _ other: inout [Frame]) {
    var new = other.mutableSpan
    precondition(part.count == 2 * stride && new.count == 2 * stride)
    for index in 0..<stride {
      let (first, second) = unsafe (part[unchecked: index], part[unchecked: index &+ stride])
      unsafe new[unchecked: index] = first + second
      unsafe new[unchecked: index &+ stride] = first - second
    }
  }
}
