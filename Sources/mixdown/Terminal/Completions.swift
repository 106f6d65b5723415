import ArgumentParser
import MixdownKit
import SessionModel

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

// What a shell offers for options whose values stand in the session that the command line names.

/// For `--only`.
let deliverableCompletion = CompletionKind.custom { words, _, _ in
  namedSession(words)?.session.deliverables.map(\.id) ?? []
}

/// For `--mix`.
let versionCompletion = CompletionKind.custom { words, _, _ in
  namedSession(words)?.session.versions.map(\.id) ?? []
}

/// For `--solo` and `--mute`.
let stripCompletion = CompletionKind.custom { words, _, _ in
  guard let session = namedSession(words)?.session else { return [] }
  return session.tracks.map(\.id) + session.buses.map(\.id) + session.vcas.map(\.id)
}

/// For `--set`: paths with the equals sign that a value follows.
let pathCompletion = CompletionKind.custom { words, _, prefix in
  guard let session = namedSession(words) else { return [] }
  return nextParts(of: Mixdown.paths(of: session).map { $0 + "=" }, after: prefix)
}

/// Those of `paths` that begin with `prefix`; where they are many, no further than to the next dot, as a shell does
/// with folders.
func nextParts(of paths: [String], after prefix: String) -> [String] {
  let matching = paths.filter { $0.hasPrefix(prefix) }
  let limit = 40
  guard matching.count > limit else { return matching }
  var parts: [String] = []
  for path in matching {
    let end = path.dropFirst(prefix.count).firstIndex(of: ".").map(path.index(after:)) ?? path.endIndex
    let part = String(path[..<end])
    if parts.last != part { parts.append(part) }
  }
  return parts
}

/// The session among the words of a command line, if it can be read.
private func namedSession(_ words: [String]) -> ResolvedSession? {
  for word in words.dropFirst() {
    // A shell hands words over as they were typed.
    let typed = word.filter { $0 != "\\" && $0 != "'" && $0 != "\"" }
    guard typed.hasSuffix(".yaml") || typed.hasSuffix(".yml") else { continue }
    if let session = Mixdown.resolve(homeExpanded(typed)).0 { return session }
  }
  return nil
}

private func homeExpanded(_ path: String) -> String {
  guard path.hasPrefix("~/"), let home = unsafe getenv("HOME") else { return path }
  return unsafe String(cString: home) + path.dropFirst()
}

// MARK: Scripts

/// The script of a shell. Of the paths for `--set`, each goes on behind its dot or waits for a value behind its equals
/// sign: the shell must add no space there, nor a backslash.
func shellScript(for shell: CompletionShell) -> String {
  let script = RootCommand.completionScript(for: shell)
  switch shell {
  case .bash:
    return script + """


      _mixdown_without_space() {
          _mixdown "$@"
          if [[ ${COMPREPLY[0]-} == *[.=] ]] && type compopt >/dev/null 2>&1; then
              compopt +o filenames -o nospace
          fi
      }

      complete -o filenames -F _mixdown_without_space mixdown
      """
  case .zsh:
    let offer = "        __mixdown_complete \"${completions[@]:0:-1}\"\n"
    return script.replacing(
      offer,
      with: """
                if [[ "${completions[1]}" == *[.=] ]]; then
                    compadd -S '' -- "${(@)completions[1,-2]}"
                else
            \(offer)        fi

        """)
  default: return script
  }
}
