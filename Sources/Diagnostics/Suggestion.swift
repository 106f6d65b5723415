/// The candidate that someone who wrote `name` most probably meant, or nil when none is near.
///
/// Near is a Damerau–Levenshtein distance (optimal string alignment: insertion, deletion, substitution,
/// exchange of neighbours) of at most a third of the longer word, upper and lower case apart counting as equal
/// letters. A candidate that differs in case only always wins; among equals one of the same length does, or the first
/// given.
public func closestMatch(to name: String, among candidates: some Sequence<String>) -> String? {
  let wanted = Array(name.lowercased().unicodeScalars)
  guard wanted.count <= 100 else { return nil }  // no name of ours is that long
  var best: (candidate: String, distance: Int)?
  for candidate in candidates {
    let letters = Array(candidate.lowercased().unicodeScalars)
    if letters == wanted { return candidate }
    let allowed = max(1, max(letters.count, wanted.count) / 3)
    guard min(letters.count, wanted.count) > 1, abs(letters.count - wanted.count) <= allowed else { continue }
    let distance = alignmentDistance(wanted, letters)
    guard distance <= allowed else { continue }
    let isLonger = best.map { $0.candidate.unicodeScalars.count != wanted.count } ?? false
    // A slip exchanges letters more often than it leaves one out.
    let isCloser = distance == best?.distance && letters.count == wanted.count && isLonger
    if distance < best?.distance ?? .max || isCloser { best = (candidate, distance) }
  }
  return best?.candidate
}

/// The number of single edits and neighbour exchanges that turn one word into the other.
func alignmentDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
  var twoBack: [Int] = []
  var previous = Array(0...right.count)
  for row in 0..<left.count {
    var current = [row + 1]
    current.reserveCapacity(right.count + 1)
    for column in 0..<right.count {
      var distance = min(
        previous[column + 1] + 1, current[column] + 1,
        previous[column] + (left[row] == right[column] ? 0 : 1))
      if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
        distance = min(distance, twoBack[column - 1] + 1)
      }
      current.append(distance)
    }
    (twoBack, previous) = (previous, current)
  }
  return previous[right.count]
}
