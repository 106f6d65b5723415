import DSP
import Diagnostics
import Processors
package import Quantities
import RenderPlan
package import SessionModel

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
  /// The loudest target that fits, where that is known, in LUFS.
  var loudest: Double?

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
  /// Whether its files are mono, and how the master wants them measured.
  var isMono = false
  /// The gain of the main mix, in dB, for a version that matches it; that of the session as it is written, for an
  /// audition.
  var matchedGain: Double?
  /// Whether what is tried out is heard, however much the limiter takes at that gain.
  var isAudition = false
  var workers: Int
  /// Where its first frame lies on the song's time line, in seconds: musical fades take the tempo where they are.
  var beginsAt = 0.0
  var timeline: Timeline?
  /// Whether what the limiter takes is noted over time.
  var isTraced = false
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
    Aim(
      loudness: matchedGain == nil ? master.loudness.map { $0.goal.target.magnitude } : nil,
      ceiling: master.limiter?.settings.ceiling.magnitude, gain: matchedGain)
  }

  /// LU between what a mono file measures as dual mono and what the master calls its loudness.
  var monoOffset: Double { isMono && master.monoLoudness == .single ? Self.monoDifference : 0 }

  /// 10 log₁₀ 2, in LU.
  static let monoDifference = 3.010299956639812

  /// The loudness that the target is about.
  func loudness(_ measurement: Measurement) -> Double? {
    let measured: Double? =
      switch master.loudness?.goal.kind ?? .integrated {
      case .integrated: measurement.integrated
      case .shortTermMax: measurement.maxShortTerm
      case .momentaryMax: measurement.maxMomentary
      }
    return measured.map { $0 - monoOffset }
  }

  /// Masters into a new scratch.
  /// - Throws: `MasteringRefusal` with the exact reason; `CancellationError`.
  func run(_ aim: Aim) throws -> Mastered {
    let pass = MasterPass(
      source: take.scratch, output: try Scratch(), frameCount: frameCount, sampleRate: context.sampleRate,
      clipper: master.clipper.map { ClipperProcessor.kernelSettings($0.settings) }, limiter: limiter(aim.ceiling),
      fadeIn: master.fadeIn.map(fadeIn), fadeOut: master.fadeOut.map(fadeOut),
      workers: workers, isTraced: isTraced, isCancelled: isCancelled)
    guard let target = aim.loudness, let wanted = master.loudness else {
      let gain = aim.gain ?? 0
      let result = try pass.run(gain: gain)
      if !isAudition, let most = master.loudness?.maxLimiting, result.reduction > most.magnitude {
        let taken = plainDecimal(rounded(result.reduction, places: 1, beside: [most.magnitude]))
        throw MasteringRefusal(
          code: .tooMuchLimiting,
          reason:
            "cannot have the main mix's gain of \(rounded(gain)) dB: \(takers) would take \(taken) dB, and `max_limiting` is \(most.text)",
          hints: ["give its deliverable a loudness of its own, such as `master: {loudness: {integrated: -14 LUFS}}`"])
      }
      return Mastered(output: pass.output, result: result, gain: gain, ceiling: aim.ceiling)
    }
    let maximum = master.limiter == nil && master.clipper == nil ? .infinity : wanted.maxLimiting.magnitude
    let search = LoudnessSearch(target: target, maximumLimiting: maximum, loudness: loudness)
    let start = aim.gain.map { target - $0 } ?? take.loudness(wanted.goal.kind, of: frameCount).map { $0 - monoOffset }
    switch try search.run(from: start, { try pass.run(gain: $0) }) {
    case .reached(let gain, let result):
      return Mastered(output: pass.output, result: result, gain: gain, ceiling: aim.ceiling)
    case .nothingToMeasure:
      throw refusal(
        .nothingToMeasure, reasonForNoLoudness(wanted.goal.kind),
        hints: ["write `loudness: none`, or check that something is heard"])
    case .tooMuchLimiting(let taken, let loudest):
      let told = plainDecimal(rounded(taken, places: 1, beside: [maximum]))
      var refusal = refusal(
        .tooMuchLimiting,
        "\(takers) would take \(told) dB, and `max_limiting` is \(wanted.maxLimiting.text)",
        hints: [
          Self.hint(loudest), "tame the peaks in the mix, lower the target, or raise `loudness.max_limiting`",
        ])
      refusal.loudest = loudest
      throw refusal
    case .beyondLimiting(let closest, let loudest):
      throw beyondLimiting(closest, loudest)
    case .skipped(let quieter, let louder):
      throw refusal(
        .targetUnreachable,
        "with a little more gain its loudness goes from \(rounded(quieter)) to \(rounded(louder)) LUFS at once",
        hints: [
          "ask for one of these two", "parts far quieter than the rest come through the gate there: level the mix",
        ])
    case .unreachable(let closest) where master.limiter != nil || master.clipper != nil:
      throw beyondLimiting(closest, (closest * 10).rounded(.down) / 10)
    case .unreachable(let closest):
      throw refusal(.targetUnreachable, "more gain does not make it louder than \(rounded(closest)) LUFS")
    }
  }

  /// LU that a delivered file may be off its target (docs/format.md).
  static let loudnessTolerance = 0.1

  /// Why a file that was made from a master on its target is not there itself.
  func miss(of file: Encoding.Encoded, _ mastered: Mastered) -> MasteringRefusal {
    let found = loudness(file.measurement).map { "\(rounded($0)) LUFS" } ?? "without a loudness"
    guard file.clippedSamples > 0 else {
      return refusal(
        .targetUnreachable, "the file that is written is \(found)",
        hints: ["deliver more bits, or raise the target"])
    }
    let room = mastered.result.measurement.samplePeak ?? 0
    let loudest = target.loudness.map { plainDecimal((($0 - room) * 10).rounded(.down) / 10) } ?? "lower"
    return refusal(
      .targetUnreachable, "\(file.clippedSamples) samples above full scale would be clipped, which makes it \(found)",
      hints: [
        "add `limiter: {ceiling: -1 dBTP}` to the master, or deliver `bit_depth: 32f`",
        "without either, the loudest target that fits is \(loudest) LUFS",
      ])
  }

  private func reasonForNoLoudness(_ kind: LoudnessTarget.Kind) -> String {
    let (window, text) = kind == .shortTermMax ? (3, "3 s") : (0.4, "400 ms")
    if Double(frameCount) < window * context.sampleRate {
      return "the master is shorter than \(text), and has no such loudness"
    }
    let what = isMono ? "the mean of left and right" : "the master"
    return "\(what) is silent, or below -70 LUFS throughout, where loudness ends"
  }

  static func hint(_ loudest: Double?, _ how: String = "that fits") -> String {
    loudest.map { "the loudest target \(how) is \(plainDecimal($0)) LUFS" } ?? "no target fits"
  }

  private func refusal(_ code: DiagnosticCode, _ reason: String, hints: [String] = []) -> MasteringRefusal {
    let target = master.loudness?.goal.text ?? "its loudness"
    return MasteringRefusal(code: code, reason: "cannot have \(target): \(reason)", hints: hints)
  }

  private func beyondLimiting(_ closest: Double, _ loudest: Double?) -> MasteringRefusal {
    var refusal = refusal(
      .tooMuchLimiting, "no amount of limiting makes it louder than \(rounded(closest)) LUFS",
      hints: [Self.hint(loudest), "tame the peaks in the mix, or lower the target"])
    refusal.loudest = loudest
    return refusal
  }

  private var takers: String { master.clipper == nil ? "the limiter" : "clipper and limiter" }

  private func limiter(_ ceiling: Double?) -> DSP.Limiter.Settings? {
    guard let ceiling, let limiter = master.limiter else { return nil }
    var settings = LimiterProcessor.kernelSettings(limiter.settings, context)
    settings.ceiling = ceiling
    return settings
  }

  private func fadeIn(_ fade: SessionModel.Fade) -> DSP.Fade {
    self.fade(fade) { $0.seconds(fade.span, from: beginsAt) }
  }

  private func fadeOut(_ fade: SessionModel.Fade) -> DSP.Fade {
    self.fade(fade) { $0.seconds(fade.span, before: beginsAt + Double(frameCount) / context.sampleRate) }
  }

  /// - Parameter seconds: the length of a musical fade on the time line.
  private func fade(_ fade: SessionModel.Fade, _ seconds: (Timeline) -> Double) -> DSP.Fade {
    let frames =
      if fade.span.isMusical, let timeline {
        nearestFrame(seconds: seconds(timeline), sampleRate: context.sampleRate)
      } else {
        context.frames(fade.span)
      }
    return DSP.Fade(fade.curve.dsp, length: min(frameCount, frames))
  }
}

extension LoudnessTarget {
  package enum Kind { case integrated, shortTermMax, momentaryMax }

  /// The same kind of loudness at another level, in LUFS.
  mutating func aim(at loudness: Double) {
    let level = LUFS(magnitude: loudness)
    switch goal.kind {
    case .integrated: integrated = level
    case .shortTermMax: shortTermMax = level
    case .momentaryMax: momentaryMax = level
    }
  }

  /// Which loudness is meant, and what it is to be. The session has been checked: there is exactly one.
  package var goal: (kind: Kind, target: LUFS, text: String) {
    if let shortTermMax { return (.shortTermMax, shortTermMax, "\(shortTermMax.text) at most over 3 s") }
    if let momentaryMax { return (.momentaryMax, momentaryMax, "\(momentaryMax.text) at most over 400 ms") }
    let integrated = integrated ?? -14
    return (.integrated, integrated, integrated.text)
  }
}

/// `value` with one decimal, half rounded away from zero; with `places` of 100, two.
func rounded(_ value: Double, places: Double = 10) -> String {
  plainDecimal((value * places).rounded() / places)
}
