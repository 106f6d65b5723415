/// Converts a signal from one sample rate to another: any two from 8 to 768 kHz.
///
/// Output frame m is the band-limited signal at the time m / outputRate: nothing is shifted, the phase is linear. Up to
/// 0.91 of the lower rate's Nyquist frequency levels are kept within 0.0001 dB; images and aliases, that is all from
/// that Nyquist frequency on, are more than 140 dB down. A constant stays itself within 1e−12. With equal rates the
/// output is the input.
///
/// Two stages: a sharp filter by Fourier transforms of blocks, which also brings the signal to between 1.75 and 3.5
/// times the lower rate (`BlockLowPass`); then a short windowed sinc, the polyphase filter of L/M or, where L is great,
/// one that interpolates between stored phases (`FractionalInterpolator`). A polyphase filter alone would take some 220
/// taps at the lower rate for every output frame, several times the work.
///
/// There is no state: a result depends on its place and the input around it alone, so that any cut of the output into
/// calls, in any order, gives the same bits. A call computes whole pairs of blocks, 1600 input frames or so (3100 from
/// 88.2 or 96 kHz to half of that; 90 000 from 768 to 8 kHz), even for one frame of output: calls of ten thousand frames
/// waste little. The channels never meet. Silence gives silence, also in a channel alone; a sample that is not finite
/// spoils the pairs that read it. No allocation after `init`. Memory: 0.3 MB, 6 MB at most (768 to 8 kHz); a copy shares
/// it until either is used.
public struct Resampler: Sendable {
  public let inputRate: Int
  public let outputRate: Int

  /// Of ripples and images, in dB: each stage has its own, and their sums stay below −140 dB.
  private static let attenuation = 150.0
  /// Of the lower Nyquist frequency.
  private static let passBand = 0.91
  /// The least ratio of the rate between the stages to the lower one.
  private static let leastOversampling = 1.75

  /// Output frame m lies m · step / phaseCount samples after the first, at the rate between the stages.
  private let step: Int
  private let phaseCount: Int
  private var lowPass: BlockLowPass
  private var interpolator: FractionalInterpolator

  /// Designs the conversion, which takes a millisecond or a few. Rates are in Hz, 8000 … 768 000.
  public init(from inputRate: Int, to outputRate: Int) {
    precondition(inputRate > 0 && outputRate > 0)
    self.inputRate = inputRate
    self.outputRate = outputRate
    let lower = Double(min(inputRate, outputRate))
    // The rate between is 2^octaves times the input's.
    var octaves = 1
    var between = 2 * Double(inputRate)
    while between >= 2 * Self.leastOversampling * lower {
      between /= 2
      octaves -= 1
    }
    let divisor = greatestCommonDivisor(inputRate << max(octaves, 0), outputRate << max(-octaves, 0))
    step = inputRate << max(octaves, 0) / divisor
    phaseCount = outputRate << max(-octaves, 0) / divisor
    interpolator = FractionalInterpolator(
      oversampling: between / lower, phaseCount: phaseCount, attenuation: Self.attenuation)
    let nyquist = lower / 2 / Double(inputRate)
    lowPass = BlockLowPass(
      passBand: Self.passBand * nyquist, stopBand: nyquist, attenuation: Self.attenuation, octaves: octaves,
      margin: interpolator.tapCount / 2)
  }

  /// The length of a signal of `inputFrameCount` frames after conversion: ⌈n · outputRate / inputRate⌉.
  public func outputFrameCount(_ inputFrameCount: Int) -> Int {
    let divisor = greatestCommonDivisor(inputRate, outputRate)
    return -floorDivide(-inputFrameCount * (outputRate / divisor), inputRate / divisor)
  }

  /// The input frames needed for the output frames of `output`. They may begin before the first frame and end after the
  /// last: there is silence. Places may be as far as 10¹² frames from the first.
  public func inputRange(for output: Range<Int>) -> Range<Int> {
    guard inputRate != outputRate else { return output }
    guard !output.isEmpty else { return 0..<0 }
    let first = lowPass.inputRange(ofPair: pair(ofOutput: output.lowerBound))
    let last = lowPass.inputRange(ofPair: pair(ofOutput: output.upperBound - 1))
    return first.lowerBound..<last.upperBound
  }

  /// Computes the output frames from `outputStart` on that `output` has room for. `input` begins at frame `inputStart`
  /// and holds the frames of `inputRange(for:)`, as far as there are any; beyond either end is silence.
  public mutating func process(
    _ input: Span<Frame>, startingAt inputStart: Int, into output: inout MutableSpan<Frame>, from outputStart: Int
  ) {
    guard inputRate != outputRate else {
      for index in 0..<output.count {
        let place = outputStart + index - inputStart
        output[index] = place >= 0 && place < input.count ? input[place] : .zero
      }
      return
    }
    var index = 0
    while index < output.count {
      let pair = pair(ofOutput: outputStart + index)
      let middle = min(output.count, firstOutput(ofBlock: 2 * pair + 1) - outputStart)
      let end = min(output.count, firstOutput(ofBlock: 2 * pair + 2) - outputStart)
      if lowPass.process(pair: pair, of: input, startingAt: inputStart) {
        if index < middle {
          interpolate(lowPass.first, block: 2 * pair, index..<middle, &output, outputStart)
          index = middle
        }
        interpolate(lowPass.second, block: 2 * pair + 1, index..<end, &output, outputStart)
      } else {
        for silent in index..<end { output[silent] = .zero }
      }
      index = end
    }
  }

  private mutating func interpolate(
    _ samples: [Frame], block: Int, _ range: Range<Int>, _ output: inout MutableSpan<Frame>, _ outputStart: Int
  ) {
    let position = (outputStart + range.lowerBound) * step
    let place = floorDivide(position, phaseCount)
    let start = (block * lowPass.hop - lowPass.reach) << lowPass.octaves
    interpolator.values(
      of: samples.span, at: place - start, position - place * phaseCount, step: step, into: &output, range)
  }

  /// The pair of blocks that output frame `frame` lies in.
  private func pair(ofOutput frame: Int) -> Int {
    floorDivide(floorDivide(frame * step, phaseCount), 2 * (lowPass.hop << lowPass.octaves))
  }

  /// The first output frame that lies in block `block`.
  private func firstOutput(ofBlock block: Int) -> Int {
    -floorDivide(-(block * lowPass.hop << lowPass.octaves) * phaseCount, step)
  }
}

/// ⌊a/b⌋ for b > 0.
private func floorDivide(_ dividend: Int, _ divisor: Int) -> Int {
  let quotient = dividend / divisor
  return quotient * divisor > dividend ? quotient - 1 : quotient
}

private func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
  var (larger, smaller) = (first, second)
  while smaller != 0 { (larger, smaller) = (smaller, larger % smaller) }
  return larger
}
