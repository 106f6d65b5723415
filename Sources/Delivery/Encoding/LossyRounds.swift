import AudioFiles
import SessionModel

/// Makes a lossy file whose *decoded* loudness and true peak are what was asked for.
///
/// A codec changes the waveform: peaks grow by what it leaves out, and a little loudness goes. So the file is
/// encoded, decoded and measured, and where it misses, the master is made again with its aim moved by the miss,
/// at most six times. The first aim is lower by what the format usually adds, so that one round is the rule.
struct LossyRounds {
  var mastering: Mastering
  var encoding: Encoding
  /// What the decoded file must stay under, in dBTP, where that is not the master's ceiling.
  var ceiling: Double?
  var tags: (Measurement) -> Tags

  static let roundLimit = 6
  /// Targets that are tried for the loudest that fits, and LU that it may be off.
  private static let trialLimit = 5, hintTolerance = 0.35
  /// LU that a decoded file may be off, less than the tenth that is promised, for other meters' rounding.
  static let loudnessTolerance = 0.07
  /// dB under the ceiling that is aimed at, for the same.
  static let peakMargin = 0.02

  /// What the decoded file is to be.
  private var target: Mastering.Aim {
    var target = mastering.target
    target.ceiling = ceiling ?? target.ceiling
    return target
  }

  /// Whether peaks are turned down with all the rest: where no loudness is to be kept.
  private var trims: Bool {
    target.loudness == nil && (mastering.matchedGain == nil || mastering.master.limiter == nil)
  }

  /// Makes the master of the first round: with the usual room for the codec, or, where the target leaves none or asks
  /// for no loudness, without.
  func firstMaster() throws -> Mastered {
    var aim = target
    guard let ceiling = aim.ceiling, mastering.master.limiter != nil, !trims else { return try mastering.run(aim) }
    aim.ceiling = ceiling - Self.usualOvershoot(encoding.format)
    do {
      return try mastering.run(aim)
    } catch let cautious as MasteringRefusal {
      do {
        return try mastering.run(target)
      } catch var refusal as MasteringRefusal {
        refusal.loudest = cautious.loudest ?? refusal.loudest
        throw refusal
      }
    }
  }

  /// The rounds, from the first master on. The file is whole, but not yet in its place.
  func run(
    _ first: Mastered, progress: (Double) -> Void, isCancelled: () -> Bool
  ) throws -> (Mastered, Encoding.Encoded) {
    let target = target, hasLimiter = mastering.master.limiter != nil
    var aim = target
    aim.ceiling = first.ceiling
    var mastered = first
    /// What holds, while another round looks for less limiting.
    var held: (Mastered, Encoding.Encoded)?
    for round in 1...Self.roundLimit {
      let file = try encoding.run(
        mastered.output, tags(mastered.result.measurement), progress: progress, isCancelled: isCancelled)
      let miss = target.loudness.flatMap { wanted in mastering.loudness(file.measurement).map { wanted - $0 } } ?? 0
      let over =
        target.ceiling.flatMap { ceiling in
          file.measurement.truePeak.map { $0 - (ceiling - Self.peakMargin) }
        } ?? 0
      let holds = abs(miss) <= Self.loudnessTolerance && over <= 0
      if let held {
        guard holds, mastered.result.reduction < held.0.result.reduction else {
          file.writer.abandon()
          return held
        }
        held.1.writer.abandon()
        return (mastered, file)
      }
      if holds {
        guard round < Self.roundLimit, let roomier = roomier(aim, mastered, over: over) else { return (mastered, file) }
        held = (mastered, file)
        do {
          mastered = try mastering.run(roomier)
        } catch is MasteringRefusal {
          return (mastered, file)
        } catch {
          file.writer.abandon()
          throw error
        }
        continue
      }
      file.writer.abandon()
      guard round < Self.roundLimit else { throw refusal(file.measurement, target) }
      aim.loudness = aim.loudness.map { $0 + miss }
      aim.gain = mastered.gain + miss
      if over > 0 {
        let step = over + 0.03
        if trims { aim.gain = mastered.gain - step }
        // Without a limiter peaks can only be turned down with all the rest.
        if !hasLimiter, !trims { throw refusal(file.measurement, target) }
        aim.ceiling = aim.ceiling.map { $0 - step }
      }
      mastered = try mastering.run(aim)
    }
    preconditionFailure("the last round returns or throws")
  }

  /// dB of the usual room that a codec may leave unused before the limiter is given it back: more than high bitrates
  /// are given, for whose sake no second encoding is worth its time.
  private static let unusedRoom = 0.5

  /// An aim with less limiting, where the codec took less room than it was given; `nil` where it is used well.
  private func roomier(_ aim: Mastering.Aim, _ mastered: Mastered, over: Double) -> Mastering.Aim? {
    guard let ceiling = aim.ceiling, let highest = target.ceiling, mastered.result.limiting > 0, !trims,
      -over > Self.unusedRoom, ceiling < highest - Self.unusedRoom
    else { return nil }
    var aim = aim
    aim.ceiling = min(highest, ceiling - over - 0.05)
    aim.gain = mastered.gain
    return aim
  }

  /// A refusal with the loudest target that this file can have, found by making it: what a codec adds to peaks is only
  /// known from its files.
  func refined(_ refusal: MasteringRefusal, isCancelled: () -> Bool) throws -> MasteringRefusal {
    guard refusal.code == .tooMuchLimiting || refusal.code == .decodedMiss, target.loudness != nil else {
      return refusal
    }
    var result = refusal
    var candidate = refusal.loudest ?? ((target.loudness ?? 0) - 0.5)
    var found: Double?
    var refused = target.loudness ?? candidate
    var step = 0.2
    for _ in 0..<Self.trialLimit {
      var trial = self
      trial.mastering.master.loudness?.aim(at: candidate)
      do {
        try trial.run(try trial.firstMaster(), progress: { _ in }, isCancelled: isCancelled).1.writer.abandon()
        found = candidate
        guard refused - candidate > Self.hintTolerance else { break }
        candidate = ((candidate + min(0.3, (refused - candidate) / 2)) * 10).rounded(.down) / 10
      } catch is MasteringRefusal {
        refused = candidate
        if found != nil { break }
        candidate = ((candidate - step) * 10).rounded() / 10
        step *= 2
      }
    }
    result.loudest = found
    // How much a codec adds to peaks changes with every small step.
    result.reason.replace("would take ", with: "would take about ")
    result.hints[0] =
      found == nil && refusal.code == .decodedMiss ? refusal.hints[0] : Mastering.hint(found, "found that fits")
    return result
  }

  private func refusal(_ measurement: Measurement, _ target: Mastering.Aim) -> MasteringRefusal {
    let loudness = mastering.loudness(measurement).map { "\(rounded($0, places: 100)) LUFS" } ?? "no loudness"
    let peak = measurement.truePeak.map { "\(rounded($0, places: 100)) dBTP" } ?? "no peak"
    return MasteringRefusal(
      code: .decodedMiss,
      reason: "decodes to \(loudness) and \(peak), and does not meet its target",
      hints: ["a higher bitrate or a lower target leaves more room"])
  }

  /// dB that a loud programme's peaks grow by, in the middle of what was measured: LAME at 320 kbps up to 0.6 dB,
  /// at 128 kbps up to 2.1 dB; libvorbis at quality 6 up to 0.7 dB, at 0 up to 1.6 dB; libopus at 160 kbps up to 0.9
  /// dB, at 64 kbps up to 1.8 dB.
  private static func usualOvershoot(_ format: EncodingFormat) -> Double {
    switch format {
    case .mp3(.constant(let kbps)):
      switch kbps {
      case 320...: 0.4
      case 224...: 0.6
      case 160...: 1
      case 112...: 1.6
      default: 2
      }
    case .mp3(.variable(let quality)): 0.4 + 0.15 * Double(quality)
    case .oggVorbis(.quality(let quality)): vorbisOvershoot(quality)
    // The bitrates in stereo of qualities 8, 5 and 2.
    case .oggVorbis(.bitrate(let bitsPerSecond)):
      vorbisOvershoot(bitsPerSecond >= 256_000 ? 8 : bitsPerSecond >= 160_000 ? 5 : bitsPerSecond >= 96_000 ? 2 : 0)
    case .opus(let bitsPerSecond):
      switch bitsPerSecond {
      case 320_000...: 0.3
      case 192_000...: 0.5
      case 112_000...: 0.7
      case 64_000...: 1.1
      default: 2.5
      }
    case .wav, .aiff, .caf, .flac: 0
    }
  }

  private static func vorbisOvershoot(_ quality: Double) -> Double {
    switch quality {
    case 8...: 0.3
    case 5...: 0.5
    case 2...: 0.8
    default: 1.5
    }
  }
}
