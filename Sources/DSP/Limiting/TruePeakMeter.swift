/// The greatest true peak of a programme, or of a part of it.
public struct TruePeak: Sendable, Equatable {
  /// As a factor of full scale, of the louder channel; more than 0.
  public var amplitude: Double
  /// The frame after (or at) which it lies, by less than one frame; it can lie just outside the programme.
  public var frame: Int

  /// In dBTP.
  public var level: Double { Maths.decibels(amplitude: amplitude) }
}

/// A streaming true-peak meter (ITU-R BS.1770-5 Annex 2, with the longer and finer interpolation that
/// `TruePeakKernel` defines), for one or two channels as frames.
///
/// It finds the judge's maximum over the whole signal, with silence before and after it, without computing it
/// everywhere; and where asked the next highest, each the greatest of its own tenth of a second. Any block size gives
/// the same result.
public struct TruePeakMeter: Sendable {
  private static let chunk = 4096
  /// History kept before the intervals to be judged: the judge's reach, and twice that at the very start, where
  /// the signal's ringing before its first frame counts too.
  private static let past = 384

  private var window = TruePeakWindow(capacity: past + chunk + TruePeakWindow.reach)
  /// Where the next frame is written, and the number of the window's first frame.
  private var end = past
  private var origin = -past
  private let count: Int
  /// Frames of which only the greatest peak counts.
  private let partFrames: Int
  /// The highest first; one a part.
  private var found: [TruePeak] = []

  /// A meter of the greatest peak alone.
  public init() {
    count = 1
    partFrames = 1 << 62
  }

  /// - Parameters:
  ///   - count: how many peaks to keep, at least 1.
  ///   - sampleRate: in hertz.
  public init(count: Int, sampleRate: Double) {
    self.count = count
    partFrames = Int(sampleRate / 10)
  }

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

  /// The peaks so far, the highest first, the fall to silence after the last frame included; none in silence.
  public var highest: [TruePeak] {
    var copy = self
    for _ in 0..<2 {
      for place in copy.end..<copy.window.frames.count { copy.window.frames[place] = .zero }
      copy.measure()
    }
    return copy.found
  }

  public mutating func reset() {
    for place in window.frames.indices { window.frames[place] = .zero }
    end = Self.past
    origin = -Self.past
    found = []
  }

  /// Judges all intervals of a full window but those at its end, then makes room.
  private mutating func measure() {
    let frameCount = window.frames.count
    window.analyse(0..<frameCount / TruePeakWindow.groupLength)
    var place = origin < 0 ? Self.past - 128 : Self.past
    let last = frameCount - TruePeakWindow.reach
    while place < last {
      let part = part(origin + place)
      let partEnd = min(last, (part + 1) * partFrames - origin)
      let limit = Frame(repeating: threshold(part))
      guard let next = window.next(from: place, to: partEnd, above: limit) else {
        place = partEnd
        continue
      }
      note(TruePeak(amplitude: max(next.peak.x, next.peak.y), frame: origin + next.frame))
      place = next.frame + 1
    }
    for offset in 0..<Self.past + TruePeakWindow.reach {
      window.frames[offset] = window.frames[Self.chunk + offset]
    }
    end = Self.past + TruePeakWindow.reach
    origin += Self.chunk
  }

  /// What lies before the first frame belongs to the first part.
  private func part(_ frame: Int) -> Int { max(0, frame) / partFrames }

  /// What a peak of a part must exceed to be one of the highest.
  private func threshold(_ part: Int) -> Double {
    if let own = found.first(where: { self.part($0.frame) == part }) { return own.amplitude }
    return found.count < count ? 0 : found[count - 1].amplitude
  }

  private mutating func note(_ peak: TruePeak) {
    found = found.filter { part($0.frame) != part(peak.frame) }
    found.insert(peak, at: found.firstIndex { $0.amplitude < peak.amplitude } ?? found.count)
    if found.count > count { found.removeLast() }
  }
}
