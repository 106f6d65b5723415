import Diagnostics
import Processors
import Quantities
import Tables

// What is laid over all layers, and what the layers leave to be put in order.

extension SessionLoader {
  /// `--set tracks.vocals.level=-3 dB` as a layer.
  mutating func overrideLayer(_ text: String, over tree: Setting?) -> Setting? {
    let equals = text.firstIndex(of: "=") ?? text.endIndex
    let path = text[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let file = SourceFile(path: "--set", bytes: Array(text.utf8))
    guard equals < text.endIndex, path.allSatisfy({ !$0.isEmpty }) else {
      diagnostics.append(
        Diagnostic(
          .badPath, .error, "`--set` takes PATH=VALUE", at: SourceRange(file, 0..<file.bytes.count),
          hints: ["like `--set 'tracks.vocals.level=-3 dB'`"]))
      return nil
    }
    guard
      let value = reader.read(
        String(text[text.index(after: equals)...]), as: "--set \(text[..<equals])", folder: Project.parent(self.path))
    else { return nil }
    let places = places(of: path, in: SourceRange(file, 0..<text[..<equals].utf8.count))
    guard tree.map({ leads(path, places, in: $0) }) ?? true else { return nil }
    let layer = zip(path, places).reversed().reduce(value) { inner, part in
      Setting(.mapping([Setting.Entry(part.0, at: part.1, inner)]), at: value.range)
    }
    return corrected(layer, Session.writtenShape)
  }

  /// Solos and mutes that a command asks for: those of a version, in every mix.
  mutating func applySolosAndMutes(to resolved: inout ResolvedSession) {
    let known = resolved.session.strips
    for (option, ids) in [("--solo", options.solo), ("--mute", options.mute)] {
      for id in ids where !known.contains(id) {
        let file = SourceFile(path: option, bytes: Array(id.utf8))
        let meant = closestMatch(to: id, among: known).map { "did you mean `\($0)`?" }
        diagnostics.append(
          Diagnostic(
            .unknownTarget, .error, "there is no track, bus or VCA `\(id)`",
            at: SourceRange(file, 0..<file.bytes.count),
            hints: [meant ?? "tracks, buses and VCAs are \(listed(known, conjunction: "and"))"]))
      }
    }
    var overlay = Version()
    if !options.solo.isEmpty { overlay.solo = options.solo }
    overlay.mute = options.mute
    resolved.session = resolved.session.applying(overlay)
    resolved.versions = Named(
      resolved.versions.map { id, version in
        var version = version
        version.session = version.session.applying(overlay)
        return (id, version)
      })
  }

  /// A deliverable's own master and metadata lie over the session's.
  func layingDeliverables(_ tree: Setting) -> Setting {
    mappingValues(tree) { key, deliverables in
      guard key == "deliverables" else { return deliverables }
      return mappingValues(deliverables) { _, deliverable in
        mappingValues(deliverable) { key, value in
          // `master: none` is a master of nothing, whatever the session's does.
          if key == "master", value.text == "none" { return Setting(.mapping([]), at: value.range, via: value.via) }
          return key == "master" || key == "metadata" ? merging.lay(value, over: tree[key]) : value
        }
      }
    }
  }

  /// Moves inserts to where their `before` or `after` says.
  mutating func orderInserts(_ tree: Setting) -> Setting {
    mappingValues(tree) { key, value in
      if key == "inserts" { return orderChain(value) }
      return value.entries == nil || key == "bands" ? value : orderInserts(value)
    }
  }

  mutating func orderChain(_ chain: Setting) -> Setting {
    guard var entries = chain.entries else { return chain }
    for entry in entries {
      for (key, shift) in [("before", 0), ("after", 1)] {
        guard let target = entry.value[key], let name = target.text else { continue }
        guard name != entry.key, entries.contains(where: { $0.key == name }) else {
          diagnostics.append(
            Diagnostic(
              .unknownInsert, .error, "there is no insert `\(name)` to stand \(key)", at: target.range,
              hints: ["the chain is \(entries.map(\.key).joined(separator: ", "))"]))
          continue
        }
        entries.removeAll { $0.key == entry.key }
        let place = entries.firstIndex { $0.key == name } ?? 0
        entries.insert(entry, at: place + shift)
      }
    }
    var result = chain
    result.content = .mapping(entries)
    return result
  }
}
