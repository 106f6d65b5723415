/// The highest true peaks of a programme and where they are: the greatest of each 100 ms, and of those the few
/// highest.
///
/// It judges as `TruePeakMeter` does, whose maximum is the first of these. Any block size gives the same result.
public struct TruePeakPlaces: Sendable {
  private static let chunk = 4096
  /// As for `TruePeakMeter`.
  private static let past = 384

  private var window = TruePeakWindow(capacity: past + chunk + TruePeakWindow.reach)
  private var end = past
  private var origin = -past
  private let count: Int
  private let partFrames: Int
  /// The highest first; one a part.
  private var found: [TruePeak] = []

  /// - Parameters:
  ///   - count: of peaks, at least 1.
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

  /// The peaks so far, the highest first, the fall to silence after the last frame included.
  public var peaks: [TruePeak] {
    var copy = self
    for _ in 0..<2 {
      for place in copy.end..<copy.window.frames.count { copy.window.frames[place] = .zero }
      copy.measure()
    }
    return copy.found
  }

  private mutating func measure() {
    let frameCount = window.frames.count
    window.analyse(0..<frameCount / TruePeakWindow.groupLength)
    var place = origin < 0 ? Self.past - 128 : Self.past
    let last = frameCount - TruePeakWindow.reach
    while place < last {
      // The part of the programme that the place lies in; what comes before the first frame belongs to the first.
      let part = max(0, origin + place) / partFrames
      let partEnd = min(last, (part + 1) * partFrames - origin)
      let limit = Frame(repeating: threshold(part))
      guard let next = window.next(from: place, to: partEnd, above: limit) else {
        place = partEnd
        continue
      }
      note(TruePeak(amplitude: max(next.peak.x, next.peak.y), frame: origin + next.frame), part)
      place = next.frame + 1
    }
    for offset in 0..<Self.past + TruePeakWindow.reach {
      window.frames[offset] = window.frames[Self.chunk + offset]
    }
    end = Self.past + TruePeakWindow.reach
    origin += Self.chunk
  }

  private func part(_ peak: TruePeak) -> Int { max(0, peak.frame) / partFrames }

  /// What a peak of a part must exceed to be one of the highest.
  private func threshold(_ part: Int) -> Double {
    if let own = found.first(where: { self.part($0) == part }) { return own.amplitude }
    return found.count < count ? 0 : found[count - 1].amplitude
  }

  private mutating func note(_ peak: TruePeak, _ part: Int) {
    let partFrames = partFrames
    found.removeAll { max(0, $0.frame) / partFrames == part }
    let place = found.firstIndex { $0.amplitude < peak.amplitude } ?? found.count
    found.insert(peak, at: place)
    if found.count > count { found.removeLast() }
  }
}
