import Tables

/// What the file says but could not be read: nothing is said about its being absent, and nothing that follows from it.
struct Doubts {
  /// As `Decoder.doubtful` has them.
  var paths: Set<String> = []

  /// Whether what stands at `path`, and is not in `tree`, may be meant to be there.
  func hold(_ path: String, in tree: Setting) -> Bool {
    let keys = path.split(separator: ".").map(String.init)
    for count in 1...max(1, keys.count) {
      if paths.contains(keys.prefix(count).joined(separator: ".")) { return true }
      // An unknown key of the part above may be this one.
      let above = keys.prefix(count - 1)
      let part = above.isEmpty ? tree : tree.part(at: above.joined(separator: "."))
      if part?.entry(keys[count - 1]) == nil, paths.contains((above + ["?"]).joined(separator: ".")) { return true }
    }
    return false
  }

  /// Whether places and durations cannot be told.
  var holdTime: Bool {
    paths.contains { path in
      ["tempo", "meter", "sample_rate"].contains { path == $0 || path.hasPrefix($0 + ".") }
    }
  }
}
