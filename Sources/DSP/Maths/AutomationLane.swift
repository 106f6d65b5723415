/// The course of one parameter over time: a value that holds, and moves to others. A pure function of the frame,
/// so that neither blocks nor threads matter.
public struct AutomationLane: Sendable, Equatable {
  /// The course of a move, u from 0 to 1.
  public enum Curve: Sendable {
    case linear
    /// (1 − cos πu)/2
    case smooth
    /// 1 − (1 − u)²
    case fastStart
    /// u²
    case fastEnd

    /// Exactly 0 and 1 at the ends.
    @inlinable
    public func position(_ u: Double) -> Double {
      switch self {
      case .linear: u
      case .smooth: 0.5 * (1 - Maths.sineAndCosine(turns: u / 2).cosine)
      case .fastStart: 1 - (1 - u) * (1 - u)
      case .fastEnd: u * u
      }
    }
  }

  /// What is even between the ends of a move.
  public enum Scale: Sendable {
    case linear
    /// The logarithm; both ends above 0.
    case logarithmic
    /// 1/x; an end may be infinite.
    case reciprocal
    /// The amplitude of a value in dB; an end may be −∞.
    case amplitude
  }

  /// From `first` (where it still has `from`) to `last` (where it has `to`); of one frame for a jump.
  public struct Move: Sendable, Equatable {
    public var first: Int
    public var last: Int
    public var from: Double
    public var to: Double
    public var curve: Curve
    public var scale: Scale

    public init(first: Int, last: Int, from: Double, to: Double, curve: Curve, scale: Scale) {
      self.first = first
      self.last = last
      self.from = from
      self.to = to
      self.curve = curve
      self.scale = scale
    }

    public var isJump: Bool { first == last }

    fileprivate func value(at frame: Int) -> Double {
      if frame >= last { return to }
      if frame <= first { return from }
      let u = curve.position(Double(frame - first) / Double(last - first))
      switch scale {
      case .linear: return from + (to - from) * u
      case .logarithmic: return Maths.exp2(Maths.log2(from) + (Maths.log2(to) - Maths.log2(from)) * u)
      case .reciprocal: return 1 / (1 / from + (1 / to - 1 / from) * u)
      case .amplitude:
        let start = Maths.amplitude(decibels: from), end = Maths.amplitude(decibels: to)
        return Maths.decibels(amplitude: start + (end - start) * u)
      }
    }

    /// `value`, in dB, as an amplitude factor.
    fileprivate func amplitude(at frame: Int) -> Double {
      guard scale == .amplitude, frame > first, frame < last else {
        return Maths.amplitude(decibels: value(at: frame))
      }
      let u = curve.position(Double(frame - first) / Double(last - first))
      let start = Maths.amplitude(decibels: from), end = Maths.amplitude(decibels: to)
      return start + (end - start) * u
    }
  }

  /// The value before the first move.
  public var initial: Double
  /// In order, none beginning before the one before has ended.
  public var moves: [Move]

  public init(initial: Double, moves: [Move] = []) {
    self.initial = initial
    self.moves = moves
  }

  /// The index of the last move that has begun at `frame`; `nil` before the first.
  private func move(at frame: Int) -> Int? {
    var low = 0, high = moves.count
    while low < high {
      let middle = (low + high) / 2
      if moves[middle].first <= frame { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? low - 1 : nil
  }

  public func value(at frame: Int) -> Double {
    move(at: frame).map { moves[$0].value(at: frame) } ?? initial
  }

  /// `value`, in dB, as an amplitude factor.
  public func amplitude(at frame: Int) -> Double {
    move(at: frame).map { moves[$0].amplitude(at: frame) } ?? Maths.amplitude(decibels: initial)
  }

  /// The first frame from `frame` on whose value is not that of the frame before; `Int.max` when there is none.
  public func nextChange(from frame: Int) -> Int {
    let index = move(at: frame)
    if let index, frame > moves[index].first || moves[index].isJump, frame <= moves[index].last,
      moves[index].from != moves[index].to
    {
      return frame
    }
    // Where one move begins at the end of another, the end is a change.
    if let index, index > 0, moves[index].first == frame, moves[index - 1].last == frame,
      moves[index - 1].from != moves[index - 1].to
    {
      return frame
    }
    // A move that is no jump still has its first value at its first frame.
    var next = index.map { moves[$0].first == frame ? $0 : $0 + 1 } ?? 0
    while next < moves.count, moves[next].from == moves[next].to { next += 1 }
    guard next < moves.count else { return .max }
    let change = moves[next].isJump ? moves[next].first : moves[next].first + 1
    return change > frame ? change : .max
  }

  /// The frame after the last change of the move that `frame` lies in; `Int.max` outside of moves.
  public func endOfChange(at frame: Int) -> Int {
    guard let index = move(at: frame), frame <= moves[index].last else { return .max }
    return moves[index].last + 1
  }

  /// Whether a jump takes effect within `frames`.
  public func jumps(in frames: Range<Int>) -> Bool {
    guard var index = move(at: frames.upperBound - 1) else { return false }
    while moves[index].last >= frames.lowerBound {
      if moves[index].isJump, moves[index].from != moves[index].to { return true }
      if index == 0 { return false }
      index -= 1
    }
    return false
  }

  /// How far from `frame` on the lane goes on as it does there, moving or still; at most to `limit`.
  public func stretch(from frame: Int, limit: Int) -> (end: Int, isMoving: Bool) {
    let index = move(at: frame)
    if let index, frame < moves[index].last, moves[index].from != moves[index].to {
      return (min(limit, moves[index].last), true)
    }
    var next = index.map { $0 + 1 } ?? 0
    while next < moves.count, moves[next].from == moves[next].to { next += 1 }
    return (next < moves.count ? min(limit, moves[next].first) : limit, false)
  }

  /// The greatest value that the lane ever has.
  public var greatest: Double { moves.reduce(initial) { max($0, max($1.from, $1.to)) } }

  /// Multiplies the first `count` of `gains` by the lane's amplitudes from `frame` on.
  public func multiply(_ gains: inout MutableSpan<Double>, _ count: Int, from frame: Int) {
    var done = 0
    while done < count {
      let start = frame + done
      let (end, isMoving) = stretch(from: start, limit: frame + count)
      let range = done..<end - frame
      if isMoving, let index = move(at: start) {
        multiply(&gains, range, moves[index], from: start)
      } else {
        let gain = amplitude(at: start)
        for place in range { gains[place] *= gain }
      }
      done = end - frame
    }
  }

  /// The common moves of a level in loops that the compiler makes vectors of.
  private func multiply(_ gains: inout MutableSpan<Double>, _ range: Range<Int>, _ move: Move, from start: Int) {
    guard move.curve == .linear, move.scale == .linear else {
      for place in range { gains[place] *= move.amplitude(at: start + place - range.lowerBound) }
      return
    }
    // A straight line in dB is a geometric series: exact at every 64th frame of the move, and from there on by
    // powers of its ratio, which differ from the exact ones by a few roundings.
    let slope = (move.to - move.from) / Double(move.last - move.first)
    let ratio = Maths.amplitude(decibels: slope)
    var series = InlineArray<64, Double>(repeating: 1)
    var powers = series.mutableSpan
    for index in 1..<Self.seriesFrames { powers[index] = powers[index - 1] * ratio }
    var place = range.lowerBound
    while place < range.upperBound {
      let inMove = start + place - range.lowerBound - move.first
      let offset = inMove % Self.seriesFrames
      let anchor = Maths.amplitude(decibels: move.from + slope * Double(inMove - offset))
      let left = range.upperBound - place, inSeries = Self.seriesFrames - offset
      let count = left < inSeries ? left : inSeries
      unsafe gains.withUnsafeMutableBufferPointer { gains in
        unsafe powers.withUnsafeMutableBufferPointer { powers in
          for index in 0..<count { unsafe gains[place + index] *= anchor * powers[offset + index] }
        }
      }
      place += count
    }
  }

  private static let seriesFrames = 64
}
