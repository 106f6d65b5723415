/// The choices a seed makes: SplitMix64 (Steele, Lea, Flood, *Fast splittable pseudorandom number
/// generators*, OOPSLA 2014).
struct ReverbRandom {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number of 0 ..< 1.
  mutating func fraction() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }

  /// 1 or −1.
  mutating func sign() -> Double { next() & 1 == 0 ? 1 : -1 }

  /// A whole number of 0 ..< `count`.
  mutating func index(_ count: Int) -> Int { Int(fraction() * Double(count)) }
}

/// The whole number nearest to `value` that has no divisor in common with any of `taken`, the greater of two.
///
/// It lies within a few frames of `value`, so that a space sounds the same at every sample rate.
func coprimeFrames(nearest value: Double, to taken: [Int]) -> Int {
  func haveCommonDivisor(_ first: Int, _ second: Int) -> Bool {
    var (greater, smaller) = (first, second)
    while smaller != 0 { (greater, smaller) = (smaller, greater % smaller) }
    return greater > 1
  }
  func fits(_ number: Int) -> Bool { number > 2 && !taken.contains { haveCommonDivisor(number, $0) } }
  let start = Int(value + 0.5)
  var distance = 0
  while !fits(start + distance) && !fits(start - distance) { distance += 1 }
  return fits(start + distance) ? start + distance : start - distance
}
