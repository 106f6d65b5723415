public import SessionModel

extension ShownSession {
  /// The path of every value that is no list or mapping, those that nobody wrote among them.
  var paths: [String] {
    func collect(_ node: Node, _ path: String) -> [String] {
      switch node {
      case .scalar: path.isEmpty ? [] : [path]
      case .list: []
      case .mapping(let entries): entries.flatMap { collect($0.value, path.isEmpty ? $0.key : "\(path).\($0.key)") }
      }
    }
    return collect(root, "")
  }
}

extension Mixdown {
  /// What `--set` can be given of this session: `tracks.vocals.level` and the like.
  public static func paths(of session: ResolvedSession) -> [String] {
    ShownSession(session, defaults: true).paths
  }
}
