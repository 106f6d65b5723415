// Numbers with so many decimals, and times of the clock, as tables and messages show them.

/// `value` with so many decimals and its unit; a dash for what does not exist.
public func decimals(_ value: Double?, _ places: Int, _ unit: String, signed: Bool = false) -> String {
  guard let value, value.isFinite else { return "–" }
  var scale = 1.0
  for _ in 0..<places { scale *= 10 }
  let units = Int((value.magnitude * scale).rounded())
  let digits = String(units)
  let whole = places == 0 ? digits : String(digits.dropLast(places))
  let fraction = String(repeating: "0", count: max(0, places - digits.count)) + digits.suffix(places)
  let sign = units == 0 ? "" : value < 0 ? "-" : signed ? "+" : ""
  let number = sign + (whole.isEmpty ? "0" : whole) + (places > 0 ? "." + fraction : "")
  return unit.isEmpty ? number : "\(number) \(unit)"
}

/// `value` with so many decimals, or with as many more as keep it on its side of each of the `limits`: what misses a
/// bound by a little is not told as the bound.
public func rounded(_ value: Double, places: Int, beside limits: [Double?]) -> Double {
  func side(_ value: Double) -> [Bool] { limits.compactMap(\.self).flatMap { [value < $0, value > $0] } }
  var scale = 1.0
  for _ in 0..<places { scale *= 10 }
  while scale < 1e9 {
    let short = (value * scale).rounded() / scale
    if side(short) == side(value) { return short }
    scale *= 10
  }
  return value
}

/// Minutes and seconds: `3:05`.
public func clockTime(_ seconds: Double) -> String {
  let whole = Int(max(0, seconds).rounded())
  return "\(whole / 60):\(whole % 60 < 10 ? "0" : "")\(whole % 60)"
}

/// A place to the millisecond: `3:05.250`.
public func clockPlace(_ seconds: Double) -> String {
  let thousandths = Int((max(0, seconds) * 1000).rounded())
  let rest = decimals(Double(thousandths % 60_000) / 1000, 3, "")
  return "\(thousandths / 60_000):\(thousandths % 60_000 < 10_000 ? "0" : "")\(rest)"
}
