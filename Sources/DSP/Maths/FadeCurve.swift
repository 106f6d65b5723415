/// The shape of a fade.
public enum FadeCurve: String, CaseIterable, Sendable {
  case linear
  /// sin(πu/2): two of them crossing keep the power of unlike signals.
  case equalPower = "equal_power"
  /// (1 − cos πu)/2, a raised cosine: no corner at either end.
  case smooth
  /// 10^(−3(1 − u)): a straight line in dB over 60 dB.
  case exponential

  /// The amplitude factor at `position` u, held to 0 … 1.
  public func gain(at position: Double) -> Double {
    let u = Maths.clamp(position, 0, 1)
    switch self {
    case .linear: return u
    case .equalPower: return Maths.sineAndCosine(turns: u / 4).sine
    case .smooth: return 0.5 * (1 - Maths.sineAndCosine(turns: u / 2).cosine)
    case .exponential: return Maths.power10(-3 * (1 - u))
    }
  }
}

/// A fade-in over `length` frames, or its mirror image, a fade-out. Stateless: the caller says where in the fade
/// a block lies.
public struct Fade: Sendable, Equatable {
  public var curve: FadeCurve
  /// In frames; 0 has no effect.
  public var length: Int

  public init(_ curve: FadeCurve, length: Int) {
    self.curve = curve
    self.length = length
  }

  /// The gain of frame `index` of a fade-in: the curve at u = (index + ½)/length; 0 before, 1 after.
  public func gainIn(at index: Int) -> Double {
    if index >= length { return 1 }
    return index < 0 ? 0 : curve.gain(at: (Double(index) + 0.5) / Double(length))
  }

  /// The gain of frame `index` of a fade-out: the fade-in read backwards.
  public func gainOut(at index: Int) -> Double { gainIn(at: length - 1 - index) }

  /// Fades `frames` in, the first of which is frame `start` of the fade.
  public func applyIn(to frames: inout MutableSpan<Frame>, from start: Int = 0) {
    for index in 0..<frames.count {
      if start + index >= length { return }
      frames[index] *= gainIn(at: start + index)
    }
  }

  /// Fades `frames` out, the first of which is frame `start` of the fade (negative: the fade begins later).
  public func applyOut(to frames: inout MutableSpan<Frame>, from start: Int = 0) {
    for index in (start < 0 ? (frames.count < -start ? frames.count : -start) : 0)..<frames.count {
      frames[index] *= gainOut(at: start + index)
    }
  }
}
