/// The greatest true peak of a channel.
public struct TruePeak: Sendable, Equatable {
  /// As a factor of full scale; 0 for silence.
  public var amplitude: Double
  /// The frame after (or at) which it lies, by less than one frame; it can lie just outside the programme.
  public var frame: Int

  /// In dBTP, or `nil` for silence.
  public var level: Double? { amplitude > 0 ? Maths.decibels(amplitude: amplitude) : nil }
}

/// A streaming true-peak meter (ITU-R BS.1770-5 Annex 2, with the longer and finer interpolation that
/// `TruePeakKernel` defines), for one or two channels as frames.
///
/// The result is the judge's maximum over the whole signal, with silence before and after it, found without
/// computing it everywhere. With `places(above:)` it reports instead every stretch in which a threshold is
/// exceeded. Any block size gives the same result.
public struct TruePeakMeter: Sendable {
  private static let chunk = 4096
  /// History kept before the intervals to be judged: the judge's reach, and twice that at the very start, where
  /// the signal's ringing before its first frame counts too.
  private static let past = 384

  private var window = TruePeakWindow(capacity: past + chunk + TruePeakWindow.reach)
  /// Where the next frame is written, and the number of the window's first frame.
  private var end = past
  private var origin = -past
  private var peaks = (
    left: TruePeak(amplitude: 0, frame: 0), right: TruePeak(amplitude: 0, frame: 0)
  )
  private let threshold: Double?
  private var ranges: [Range<Int>] = []

  public init() { threshold = nil }

  private init(threshold: Double) { self.threshold = threshold }

  /// A meter that notes where |signal| exceeds `amplitude` between or at the samples, instead of the maximum.
  public static func places(above amplitude: Double) -> TruePeakMeter { TruePeakMeter(threshold: amplitude) }

  /// Measures a block.
  public mutating func process(_ block: Span<Frame>) {
    var index = 0
    while index < block.count {
      let count = min(block.count - index, window.frames.count - end)
      for offset in 0..<count { window.frames[end + offset] = block[index + offset] }
      index += count
      end += count
      if end == window.frames.count { measure() }
    }
  }

  /// The peak of each channel so far, the fall to silence after the last frame included.
  public var truePeaks: (left: TruePeak, right: TruePeak) { finished().peaks }

  /// The frames whose intervals exceed the threshold, in order, neighbours merged. Empty without a threshold.
  public var exceedances: [Range<Int>] { finished().ranges }

  public mutating func reset() {
    self = threshold.map(TruePeakMeter.init(threshold:)) ?? TruePeakMeter()
  }

  private func finished() -> TruePeakMeter {
    var copy = self
    for place in copy.end..<copy.window.frames.count { copy.window.frames[place] = .zero }
    copy.measure()
    for place in copy.end..<copy.window.frames.count { copy.window.frames[place] = .zero }
    copy.measure()
    return copy
  }

  /// Judges all intervals of a full window but those at its end, then makes room.
  private mutating func measure() {
    let count = window.frames.count
    window.analyse(0..<count / TruePeakWindow.groupLength)
    var place = origin < 0 ? Self.past - 128 : Self.past
    let last = count - TruePeakWindow.reach
    let limit = threshold.map { Frame(repeating: $0) }
    while let found = window.next(
      from: place, to: last, above: limit ?? Frame(peaks.left.amplitude, peaks.right.amplitude))
    {
      if limit == nil {
        if found.peak.x > 0 { peaks.left = TruePeak(amplitude: found.peak.x, frame: origin + found.frame) }
        if found.peak.y > 0 { peaks.right = TruePeak(amplitude: found.peak.y, frame: origin + found.frame) }
      } else {
        note(origin + found.frame)
      }
      place = found.frame + 1
    }
    for offset in 0..<Self.past + TruePeakWindow.reach {
      window.frames[offset] = window.frames[Self.chunk + offset]
    }
    end = Self.past + TruePeakWindow.reach
    origin += Self.chunk
  }

  private mutating func note(_ frame: Int) {
    if let last = ranges.last, last.upperBound == frame {
      ranges[ranges.count - 1] = last.lowerBound..<frame + 1
    } else {
      ranges.append(frame..<frame + 1)
    }
  }
}
