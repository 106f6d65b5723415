/// The choices a seed makes: SplitMix64 (Steele, Lea, Flood, *Fast splittable pseudorandom number generators*,
/// OOPSLA 2014, figure 17).
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

/// The smallest prime from `value` on that `taken` does not hold.
func primeFrames(atLeast value: Int, notIn taken: [Int]) -> Int {
  func isPrime(_ number: Int) -> Bool {
    if number < 4 { return number > 1 }
    if number % 2 == 0 { return false }
    var divisor = 3
    while divisor * divisor <= number {
      if number % divisor == 0 { return false }
      divisor += 2
    }
    return true
  }
  var candidate = value
  while !isPrime(candidate) || taken.contains(candidate) { candidate += 1 }
  return candidate
}
