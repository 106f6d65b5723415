import Delivery
import MixdownKit
import Quantities
import Synchronization

/// One line on a terminal that says how far a render is, how fast, and how long it will take.
final class ProgressBar: Sendable {
  private struct State {
    /// Deliverables that have begun, in that order.
    var files: [(id: String, fraction: Double)] = []
    var drawn: ContinuousClock.Instant?
  }

  private let state = Mutex(State())
  private let output: Output
  private let isShown: Bool
  /// The length of the song.
  private let seconds: Double
  private let began = ContinuousClock.now

  init(on output: Output, isShown: Bool, songSeconds: Double) {
    self.output = output
    self.isShown = isShown
    seconds = songSeconds
  }

  /// Ten lines a second at most.
  private static let interval = Duration.milliseconds(100)

  func update(_ progress: RenderProgress) {
    guard isShown else { return }
    state.withLock { state in
      let now = ContinuousClock.now
      if progress.phase != "mix", progress.phase != "master" {
        if let place = state.files.firstIndex(where: { $0.id == progress.phase }) {
          state.files[place].fraction = progress.fraction
        } else {
          state.files.append((progress.phase, progress.fraction))
        }
      }
      if let drawn = state.drawn, now - drawn < Self.interval { return }
      state.drawn = now
      draw(state, progress, now)
    }
  }

  /// Takes the line away.
  func clear() {
    guard isShown else { return }
    state.withLock { state in
      if state.drawn != nil { output.write("\r\u{1B}[K") }
      state.drawn = nil
    }
  }

  private func draw(_ state: State, _ progress: RenderProgress, _ now: ContinuousClock.Instant) {
    let names = ["mix": "mixing", "master": "mastering"]
    var text = padded(names[progress.phase] ?? "writing", 10)
    text += " " + bar(progress.total) + " " + percent(progress.total)
    let elapsed = (now - began) / .seconds(1)
    if progress.total > 0.01, elapsed > 0.2 {
      text += "  \(decimals(progress.total * seconds / elapsed, 1, "×")) real time"
      text += "  \(clockTime(elapsed * (1 - progress.total) / progress.total)) left"
    }
    for file in state.files where file.fraction < 1 { text += "  \(file.id) \(percent(file.fraction))" }
    output.write("\r" + text.prefix(output.columns - 1) + "\u{1B}[K")
  }

  private func bar(_ fraction: Double) -> String {
    let width = 24
    let filled = min(width, max(0, Int(fraction * Double(width))))
    return "[" + String(repeating: "=", count: filled) + String(repeating: " ", count: width - filled) + "]"
  }

  private func percent(_ fraction: Double) -> String {
    let whole = String(Int(min(1, max(0, fraction)) * 100))
    return String(repeating: " ", count: max(0, 3 - whole.count)) + whole + " %"
  }
}
