import DSP
import Diagnostics
import Processors
import Quantities
import RenderPlan
import SessionModel

/// A finished master, before any file.
struct Mastered {
  var output: Scratch
  var result: MasterPass.Result
  var gain: Double
  /// What its limiter aimed at, in dBTP.
  var ceiling: Double?
}

/// Why there is no master.
struct MasteringRefusal: Error {
  var code: DiagnosticCode
  /// What follows the deliverable's name in a sentence.
  var reason: String
  var hints: [String]

  func diagnostic(_ id: String) -> Diagnostic {
    Diagnostic(code, .error, "`\(id)` \(reason)", path: "deliverables.\(id)", hints: hints)
  }
}

/// Brings a mix to its target: the search for a gain, with a limiter behind it.
struct Mastering {
  var master: Master
  var take: MasterTake
  var frameCount: Int
  var context: ProcessorContext
  var workers: Int
  var isCancelled: @Sendable () -> Bool

  /// What a run aims at; a lossy file may aim beside its target, so that the decoded file hits it.
  struct Aim {
    /// LUFS; `nil` leaves the loudness.
    var loudness: Double?
    /// dBTP; `nil` leaves the peaks.
    var ceiling: Double?
    /// A gain to begin with, if one is known.
    var gain: Double?
  }

  /// What the session asks for.
  var target: Aim {
    Aim(loudness: master.loudness?.integrated.magnitude, ceiling: master.limiter?.settings.ceiling.magnitude)
  }

  /// Masters into a new scratch.
  /// - Throws: `MasteringRefusal` with the exact reason; `CancellationError`.
  func run(_ aim: Aim) throws -> Mastered {
    let pass = MasterPass(
      source: take.scratch, output: try Scratch(), frameCount: frameCount, sampleRate: context.sampleRate,
      limiter: limiter(aim.ceiling), fadeIn: master.fadeIn.map(fade), fadeOut: master.fadeOut.map(fade),
      workers: workers, isCancelled: isCancelled)
    guard let target = aim.loudness, let wanted = master.loudness else {
      return Mastered(output: pass.output, result: try pass.run(gain: 0), gain: 0, ceiling: aim.ceiling)
    }
    let maximum = aim.ceiling == nil ? .infinity : wanted.maxLimiting.magnitude
    let search = LoudnessSearch(target: target, maximumLimiting: maximum)
    let start = aim.gain.map { target - $0 } ?? take.integrated
    switch try search.run(from: start, { try pass.run(gain: $0) }) {
    case .reached(let gain, let result):
      return Mastered(output: pass.output, result: result, gain: gain, ceiling: aim.ceiling)
    case .nothingToMeasure:
      throw refusal(
        .nothingToMeasure, "the master is silent or shorter than 400 ms",
        hints: [
          "write `loudness: none`, or check that something is heard"
        ])
    case .tooMuchLimiting(let taken, let loudest):
      throw refusal(
        .tooMuchLimiting,
        "the limiter would take at least \(rounded(taken)) dB, and `max_limiting` is \(wanted.maxLimiting.text)",
        hints: [
          loudest.map { "the loudest target that fits is \(plainDecimal($0)) LUFS" } ?? "no target fits",
          "tame the peaks in the mix, lower the target, or raise `loudness.max_limiting`",
        ])
    case .unreachable(let closest):
      throw refusal(.targetUnreachable, "more gain does not make it louder than \(rounded(closest)) LUFS")
    }
  }

  private func refusal(_ code: DiagnosticCode, _ reason: String, hints: [String] = []) -> MasteringRefusal {
    let target = master.loudness?.integrated.text ?? "its loudness"
    return MasteringRefusal(code: code, reason: "cannot have \(target): \(reason)", hints: hints)
  }

  private func limiter(_ ceiling: Double?) -> DSP.Limiter.Settings? {
    guard let ceiling, let limiter = master.limiter else { return nil }
    var settings = LimiterProcessor.kernelSettings(limiter.settings, context)
    settings.ceiling = ceiling
    return settings
  }

  private func fade(_ fade: SessionModel.Fade) -> DSP.Fade {
    DSP.Fade(fade.curve.dsp, length: min(frameCount, context.frames(fade.span)))
  }
}

/// `value` with one decimal, half rounded away from zero; with `places` of 100, two.
func rounded(_ value: Double, places: Double = 10) -> String {
  plainDecimal((value * places).rounded() / places)
}
