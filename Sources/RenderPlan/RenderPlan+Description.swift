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
      if let stem = node.stem {
        let picked = stem.channels.map { " channels \($0.map { String($0) }.joined(separator: ", "))" } ?? ""
        lines.append("  stem \(stem.path) (\(stem.frameCount) frames)\(picked)")
      }
      for input in node.inputs {
        let delay = input.delayFrames > 0 ? ", \(input.delayFrames) frames later" : ""
        lines.append("  + \(nodes[input.from].path)  \(input.kind.rawValue) × \(text(input.matrix))\(delay)")
      }
      if node.trim != 1 { lines.append("  trim × \(short(node.trim))") }
      for planned in node.inserts {
        let latency = planned.insert.latencyFrames(context)
        let type = planned.id == planned.insert.type ? "" : " (\(planned.insert.type))"
        let spread = planned.spread.map { ", mono enters both sides × \(short($0))" } ?? ""
        lines.append("  → \(planned.id)\(type)\(latency > 0 ? ", latency \(latency)" : "")\(spread)")
      }
    }
    return lines.joined(separator: "\n")
  }

  private func short(_ value: Double) -> String {
    plainDecimal(Double(Int(value * 1_000_000 + (value < 0 ? -0.5 : 0.5))) / 1_000_000)
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
