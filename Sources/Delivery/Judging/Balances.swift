import DSP
import Quantities
import Renderer
import SessionModel
import Tables

// Checks on how loud some of a mix is against the rest: mixes that are measured, and never written.

/// A balance to be measured.
struct BalanceOrder {
  var name: String
  var check: BalanceCheck
  /// The version that it is about; `nil` is the main mix.
  var version: String?
  /// Frames of the song, from its `start`.
  var frames: Range<Int>
  /// The places of the two mixes.
  var of: Int
  var over: Int

  var path: String { "\(version.map { "versions.\($0)." } ?? "")checks.balance.\(name)" }
}

/// Measures the loudness of a stretch of a mix.
final class StretchMeter: FrameSink, @unchecked Sendable {
  private let stretch: Range<Int>
  private var meter: LoudnessMeter
  private var frameCount = 0

  init(_ stretch: Range<Int>, sampleRate: Double, expectedFrames: Int) {
    self.stretch = stretch
    meter = LoudnessMeter(sampleRate: sampleRate, expectedFrames: min(stretch.count, expectedFrames))
  }

  func receive(_ frames: Span<Frame>) {
    let wanted = stretch.clamped(to: frameCount..<frameCount + frames.count)
    if !wanted.isEmpty {
      meter.process(frames.extracting(wanted.lowerBound - frameCount..<wanted.upperBound - frameCount))
    }
    frameCount += frames.count
  }

  /// LUFS.
  var integrated: Double? { meter.programme.integrated }
}

extension Deliverer {
  func results(_ balances: [BalanceOrder], _ takes: Takes) -> [CheckResult] {
    balances.enumerated().map { place, order in
      let (of, over) = takes.loudness(ofBalance: place)
      let value = of.flatMap { of in over.map { of - $0 } }
      let shown = value.map { value in
        let limits = [order.check.min?.magnitude, order.check.max?.magnitude]
        return LoudnessDifference(magnitude: rounded(value, places: 2, beside: limits)).text
      }
      return CheckResult(
        name: "balance.\(order.name)", section: nil, source: order.version == nil ? .session : .version,
        deliverable: order.version ?? "main", passed: value.map(order.check.contains) ?? false, value: value,
        limit: order.check.text, valueText: shown ?? "", because: order.check.because, advice: order.check.advice,
        path: order.path)
    }
  }
}
