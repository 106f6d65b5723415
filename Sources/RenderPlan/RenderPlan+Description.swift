import DSP
import Processors
import Quantities

extension RenderPlan: CustomStringConvertible {
  /// The plan as `show --plan` prints it.
  public var description: String {
    var lines: [String] = []
    let rate = "\(plainDecimal(sampleRate)) Hz"
    switch length {
    case .fixed(let frames): lines.append("plan: \(nodes.count) nodes at \(rate), \(frames) frames from \(startFrame)")
    case .untilSilent(let atLeast, let atMost):
      lines.append(
        "plan: \(nodes.count) nodes at \(rate), \(atLeast)…\(atMost) frames from \(startFrame), until silent")
    }
    for node in nodes {
      lines.append(
        "\(node.path)  \(node.isMono ? "mono" : "stereo"), step \(node.depth), latency \(node.latencyFrames)")
      for clip in node.clips { lines.append("  " + text(clip)) }
      for input in node.inputs {
        let delay = input.delayFrames > 0 ? ", \(input.delayFrames) frames later" : ""
        lines.append("  + \(nodes[input.from].path)  \(input.kind.rawValue) × \(text(input.matrix))\(delay)")
        if let motion = input.motion { lines += text(motion) }
      }
      if node.trim != 1 { lines.append("  trim × \(short(node.trim))") }
      if let lane = node.trimLane { lines.append("  trim moves: \(text(lane))") }
      switch node.shift {
      case .none, .ofClips: break
      case .later(let frames): lines.append("  \(frames) frames later")
      case .earlier(let frames): lines.append("  \(frames) frames earlier")
      }
      for planned in node.inserts {
        let latency = planned.insert.latencyFrames(context)
        let type = planned.id == planned.insert.type ? "" : " (\(planned.insert.type))"
        let spread = planned.spread.map { ", mono enters both sides × \(short($0))" } ?? ""
        let key = planned.key.map { key in
          ", hears \(nodes[key.from].path)\(key.matrix == .identity ? "" : " × \(text(key.matrix))")\(key.delayFrames > 0 ? " \(key.delayFrames) frames later" : "")"
        }
        lines.append(
          "  → \(planned.id)\(type)\(latency > 0 ? ", latency \(latency)" : "")\(spread)\(key ?? "")")
        for lane in planned.automation.lanes {
          lines.append("      \(lane.path.joined(separator: ".")) moves: \(text(lane.lane))")
        }
      }
    }
    return lines.joined(separator: "\n")
  }

  private func text(_ clip: Clip) -> String {
    var words = ["clip \(clip.id) at \(clip.start), \(clip.length) frames: \(clip.stem.path)"]
    words.append("frames \(clip.region.lowerBound)…\(clip.region.upperBound)")
    if let channels = clip.stem.channels {
      words.append("channels \(channels.map { String($0) }.joined(separator: " and "))")
    }
    if clip.stem.fileRate != clip.stem.sessionRate { words.append("resampled from \(clip.stem.fileRate) Hz") }
    if clip.isReversed { words.append("reversed") }
    if clip.gain != 1 { words.append("× \(short(clip.gain))") }
    for (name, fade) in [("in", clip.fadeIn), ("out", clip.fadeOut)] where fade.length > 0 {
      words.append("fade \(name) \(fade.length) frames \(fade.curve.rawValue)")
    }
    return words.joined(separator: ", ")
  }

  private func text(_ lane: AutomationLane) -> String {
    guard let first = lane.moves.first, let last = lane.moves.last else { return "never" }
    return
      "\(lane.moves.count) times, \(first.first)…\(last.last), \(short(lane.initial)) to \(short(last.to))"
  }

  private func text(_ motion: Motion) -> [String] {
    motion.levels.map { "      level moves: \(text($0))" } + motion.mutes.map { "      mute moves: \(text($0))" }
      + [("pan", motion.pan), ("width", motion.width), ("send pan", motion.sendPan)].compactMap { name, lane in
        lane.map { "      \(name) moves: \(text($0))" }
      }
  }

  private func short(_ value: Double) -> String {
    // A lane of levels may lead to −∞ dB.
    plainDecimal((value * 1_000_000).rounded() / 1_000_000)
  }

  private func text(_ matrix: MixMatrix) -> String {
    if matrix.isDiagonal {
      return matrix.fromLeft.x == matrix.fromRight.y
        ? short(matrix.fromLeft.x) : "(\(short(matrix.fromLeft.x)), \(short(matrix.fromRight.y)))"
    }
    return
      "[L: \(short(matrix.fromLeft.x)), \(short(matrix.fromLeft.y)); R: \(short(matrix.fromRight.x)), \(short(matrix.fromRight.y))]"
  }
}
