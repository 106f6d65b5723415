/// How loud a panned signal is on each side. Positions run from −1 (left) over 0 (centre) to +1 (right) and are
/// held there. Pure functions of amplitude factors; symmetric to the bit: the left gain at p is the right gain
/// at −p.
///
/// With θ = (p + 1) π/4 the gains are cosᵏ θ and sinᵏ θ; the law is named after its level at the centre
/// (Eargle, *Handbook of Recording Engineering*, on panpots).
public enum PanLaw: String, CaseIterable, Sendable {
  /// k = 1: equal power.
  case minus3dB = "-3 dB"
  /// k = 1.495, which is −4.5 dB at the centre.
  case minus4_5dB = "-4.5 dB"
  /// k = 2: equal sum.
  case minus6dB = "-6 dB"
  /// Unity up to the centre and from it, as a balance.
  case zero = "0 dB"

  /// The two sides' gains for a mono signal at `position`.
  public func gains(at position: Double) -> Frame {
    let p = Maths.clamp(position, -1, 1)
    switch self {
    case .zero: return Self.balance(at: p)
    case .minus3dB: return Frame(Self.cosine(p), Self.cosine(-p))
    case .minus6dB: return Frame(Self.cosine(p) * Self.cosine(p), Self.cosine(-p) * Self.cosine(-p))
    case .minus4_5dB:
      return Frame(Maths.power(Self.cosine(p), 1.495), Maths.power(Self.cosine(-p), 1.495))
    }
  }

  /// The balance of a stereo signal: the near side stays at unity, the far side falls linearly to silence.
  public static func balance(at position: Double) -> Frame {
    let p = Maths.clamp(position, -1, 1)
    return Frame(p > 0 ? 1 - p : 1, p < 0 ? 1 + p : 1)
  }

  /// cos((p + 1) π/4), exactly 1 and 0 at the ends.
  private static func cosine(_ p: Double) -> Double { Maths.sineAndCosine(turns: (p + 1) / 8).cosine }
}

extension MixMatrix {
  /// A mono signal, the same in both lanes, panned by `law`.
  public static func pan(_ position: Double, law: PanLaw) -> MixMatrix {
    MixMatrix(gains: law.gains(at: position))
  }

  /// A stereo signal balanced.
  public static func balance(_ position: Double) -> MixMatrix {
    MixMatrix(gains: PanLaw.balance(at: position))
  }

  /// `pan_mode: stereo`: left and right each panned by the equal-power law, between −1 … 1 at the centre and
  /// both at one side at the ends.
  public static func stereoPan(_ position: Double) -> MixMatrix {
    let p = Maths.clamp(position, -1, 1)
    return MixMatrix(
      fromLeft: PanLaw.minus3dB.gains(at: p > 0 ? -1 + 2 * p : -1),
      fromRight: PanLaw.minus3dB.gains(at: p < 0 ? 1 + 2 * p : 1))
  }

  /// The side signal (L − R)/2 scaled by `width`, 0 … 2; at 1 the identity, to the bit.
  public static func width(_ width: Double) -> MixMatrix {
    let near = 0.5 * (1 + width)
    let far = 0.5 * (1 - width)
    return MixMatrix(fromLeft: Frame(near, far), fromRight: Frame(far, near))
  }
}
