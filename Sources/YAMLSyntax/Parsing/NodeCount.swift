internal import Diagnostics

/// The token with which a text passes the bound on nodes, found from its tokens alone; nil when it does not.
///
/// Building the tree would stop there as well, but by then a million nodes would be in memory. Aliases count once and
/// empty values not at all, so the tree's own count remains the judge. A text with too few bytes, or too few marks
/// between nodes, cannot pass the bound and is not looked at.
package func firstTokenPastNodeBound(
  _ bytes: [UInt8], from start: Int, bound: Int = YAMLBounds.nodes
) -> Range<Int>? {
  guard bytes.count > bound, 2 * markCount(bytes) + 4 > bound else { return nil }
  return unsafe bytes.withUnsafeBufferPointer { buffer in
    let scanner = unsafe YAMLScanner(buffer, from: start)
    var count = 0
    var depth = 0
    while let token = try? scanner.next(), token.kind != .streamEnd {
      switch token.kind {
      case .scalar, .alias: count += 1
      case .flowSequenceStart, .flowMappingStart, .blockSequenceStart, .blockMappingStart:
        count += 1
        depth += 1
      case .flowSequenceEnd, .flowMappingEnd, .blockEnd: depth -= 1
      default: break
      }
      if count > bound { return token.bytes }
      if depth > YAMLBounds.depth { return nil }  // refused for that, before libyaml becomes slow
    }
    return nil
  }
}

/// Bytes that may separate or open nodes. Each brings at most two: a key and the mapping that begins with it.
private func markCount(_ bytes: [UInt8]) -> Int {
  var count = 0
  for byte in bytes {
    switch byte {
    case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "["),
      UInt8(ascii: "{"), UInt8(ascii: "-"), UInt8(ascii: "?"):
      count += 1
    default: break
    }
  }
  return count
}
